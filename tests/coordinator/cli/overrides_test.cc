#include "coordinator/cli/spec/overrides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/cli/spec/job_spec.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;

absl::StatusOr<v1::Job> With(const std::vector<std::string>& overrides) {
  auto spec =
      ParseSpec("kind: Distillation\nspec: {controls: [{head_budget: 1}]}\n", "job.yaml", overrides, "/");
  if (!spec.ok()) return spec.status();
  return std::get<v1::Job>(*spec);
}

std::string ErrorOf(const std::string& override_text) {
  auto job = With({override_text});
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument) << override_text;
  return std::string(job.status().message());
}

TEST(Overrides, ReachSpecMetadataAndLists) {
  auto job = With({"student.state_dim=16", "metadata.name=x", "kind=Ablation", "controls.0.state_dim=4",
                   "controls.1.head_budget=2", "data.text=[/a, /b]", "spec.align.tokens=2M"});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->kind(), v1::Job::ABLATION);
  EXPECT_EQ(job->metadata().name(), "x");
  EXPECT_EQ(job->spec().student().state_dim(), 16u);
  ASSERT_EQ(job->spec().controls_size(), 2);
  EXPECT_EQ(job->spec().controls(0).head_budget(), 1u);
  EXPECT_EQ(job->spec().controls(0).state_dim(), 4u);
  EXPECT_EQ(job->spec().controls(1).head_budget(), 2u);
  EXPECT_EQ(job->spec().data().text_size(), 2);
  EXPECT_EQ(job->spec().align().tokens(), 2'000'000u);
}

TEST(Overrides, TheLastOneWinsAndValuesMayHoldEqualsSigns) {
  auto job = With({"teacher.path=/a", "teacher.path=/m=1.gguf"});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec().teacher().path(), "/m=1.gguf");
}

TEST(Overrides, MistakesAreNamed) {
  EXPECT_EQ(
      ErrorOf("student.head_budgte=5"),
      "--set student.head_budgte: unknown key 'head_budgte' in spec.student; did you mean 'head_budget'?");
  EXPECT_EQ(
      ErrorOf("student.state_dim=big"),
      "--set student.state_dim: spec.student.state_dim must be a whole number from 0, like 128, 200k or 2M, "
      "not 'big'");
  EXPECT_THAT(ErrorOf("student.state_dim"), HasSubstr("expected path=value"));
  EXPECT_THAT(ErrorOf("=5"), HasSubstr("expected path=value"));
  EXPECT_THAT(ErrorOf("student..x=5"), HasSubstr("a part of the path is empty"));
  EXPECT_THAT(ErrorOf("controls.7.state_dim=5"), HasSubstr("'7' leads nowhere"));
  EXPECT_THAT(ErrorOf("controls.x=5"), HasSubstr("'x' leads nowhere"));
  EXPECT_THAT(ErrorOf("kind.x=5"), HasSubstr("'x' leads nowhere"));
  EXPECT_THAT(ErrorOf("student={a: &b 1}"), HasSubstr("anchors"));
  EXPECT_THAT(ErrorOf("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s=1"), HasSubstr("too long"));
}

}  // namespace
}  // namespace rad::cli
