#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "coordinator/cli/spec/job_spec.h"

namespace rad::cli {
namespace {

// What the documentation tells people to run must at least be read.
TEST(Examples, AreValidSpecs) {
  const std::filesystem::path folder =
      std::filesystem::path(std::getenv("RAD_TEST_DATA")) / "../../deploy/examples";
  int examples = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".yaml") continue;
    auto spec = ReadSpec(file.path(), {});
    ASSERT_TRUE(spec.ok()) << spec.status();
    std::visit(
        [&](const auto& one) {
          EXPECT_NE(one.kind(), v1::Job::KIND_UNSPECIFIED);
          EXPECT_EQ(one.metadata().name(), file.path().stem());
        },
        *spec);
    ++examples;
  }
  EXPECT_GE(examples, 2);
}

TEST(Examples, QuickstartComparesFiveTopHeadsWithNoneAndWithFiveRandom) {
  auto spec =
      ReadSpec(std::string(std::getenv("RAD_TEST_DATA")) + "/../../deploy/examples/quickstart.yaml", {});
  ASSERT_TRUE(spec.ok()) << spec.status();
  const auto* job = &std::get<v1::Job>(*spec);
  EXPECT_EQ(job->spec().student().head_budget(), 5u);
  ASSERT_EQ(job->spec().controls_size(), 2);
  EXPECT_EQ(job->spec().controls(0).head_budget(), 0u);
  EXPECT_EQ(job->spec().controls(1).head_budget(), 5u);
  EXPECT_EQ(job->spec().controls(1).placement(), v1::Student::RANDOM);
}

}  // namespace
}  // namespace rad::cli
