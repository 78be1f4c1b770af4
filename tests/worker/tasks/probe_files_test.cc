#include "worker/tasks/probe_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace rad {
namespace {

using ::testing::HasSubstr;

class ProbeFilesTest : public ::testing::Test {
 protected:
  ProbeFilesTest() {
    probe_.set_task(v1::Probe::NEEDLE);
    probe_.set_template_(v1::Probe::QA);
    probe_.set_pairs(2);
    probe_.set_context_tokens(300);
    probe_.set_text(path_);
    Write("as it was inspected");
  }
  ~ProbeFilesTest() override { std::filesystem::remove(path_); }

  void Write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  const std::string path_ = testing::TempDir() + "rad_probe_files_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".txt";
  v1::Probe probe_;
};

TEST_F(ProbeFilesTest, AProbeComesWithWhatItsFilesHold) {
  const v1::ProbeFiles files = FilesOf(ReadProbeSources(PathsOf(probe_)).value());
  EXPECT_EQ(files.text().size(), 64u);
  EXPECT_EQ(files.keys(), "");
  const auto probe = CheckedProbe(probe_, files, ProbeSplit::kRank, 1);
  ASSERT_TRUE(probe.ok()) << probe.status();
  EXPECT_EQ(probe->sources->text, "as it was inspected");
}

TEST_F(ProbeFilesTest, AFileThatChangedSinceIsRefused) {
  const v1::ProbeFiles files = FilesOf(ReadProbeSources(PathsOf(probe_)).value());
  Write("as it is now");
  const auto probe = CheckedProbe(probe_, files, ProbeSplit::kRank, 1);
  EXPECT_EQ(probe.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(probe.status().message()),
              HasSubstr("probe.text: " + path_ + " changed since the job inspected it"));
}

}  // namespace
}  // namespace rad
