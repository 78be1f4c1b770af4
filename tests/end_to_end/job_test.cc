// A whole distillation by real processes.
#include <gtest/gtest.h>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

TEST(JobTest, RanksDistilsEvaluatesAndExports) {
  const Findings& findings = ReferenceJob::Get().findings();
  EXPECT_EQ(findings.ranking.size(), 8u);  // 2 layers of 4 heads
  EXPECT_EQ(findings.students.size(), 2u);
  EXPECT_TRUE(findings.students.contains("teacher"));
  EXPECT_TRUE(findings.students.contains("top-2"));
  for (const char* file : {"config.json", "tokenizer.json", "model.safetensors"}) {
    EXPECT_TRUE(findings.exported.contains(file)) << file;
  }
}

TEST(JobTest, ScoresSayWhatTheBestHeadsDoAndInWhichPrecision) {
  ReferenceJob& reference = ReferenceJob::Get();
  Service service(reference.NewFolder());
  JobClient client(service.address());
  v1::Job job;
  job.set_kind(v1::Job::ABLATION);
  job.mutable_metadata()->set_name("roles");
  *job.mutable_spec()->mutable_teacher() = reference.job().spec().teacher();
  *job.mutable_spec()->mutable_probe() = reference.job().spec().probe();
  job.mutable_spec()->mutable_ranking()->set_top(2);
  job.mutable_spec()->set_precision(v1::FLOAT32);
  const v1::JobStatus status = client.Finish(client.Submit(job, "roles"));
  EXPECT_EQ(status.precision(), v1::FLOAT32);
  const v1::Ranked ranked = client.Scores(status.job_id());
  EXPECT_EQ(ranked.origin().precision(), v1::FLOAT32);
  for (const v1::Ranked::Row& row : ranked.rows()) {
    EXPECT_EQ(row.has_role(), row.rank() <= 2) << row.ShortDebugString();
    if (!row.has_role()) continue;
    EXPECT_NE(row.role().role(), v1::HeadRole::ROLE_UNSPECIFIED);
    EXPECT_GT(row.role().gather(), 0);
    EXPECT_GT(row.role().aggregate(), 0);
    EXPECT_LT(row.role().gather_if_equal(), 1);
  }
}

TEST(JobTest, TheSameJobAgainComputesNothingButTheTeachersDigest) {
  ReferenceJob& reference = ReferenceJob::Get();
  Service service(reference.NewFolder());
  JobClient client(service.address());
  const v1::JobStatus first = client.Finish(client.Submit(reference.job(), "first"));
  const v1::JobStatus second = client.Finish(client.Submit(reference.job(), "second"));
  EXPECT_NE(first.job_id(), second.job_id());
  for (const v1::StageStatus& stage : second.stages()) {
    if (stage.name() == "inspect" || stage.name() == "select") continue;
    EXPECT_TRUE(stage.reused()) << stage.name();
  }
  EXPECT_EQ(FindingsOf(client, second), FindingsOf(client, first));
}

TEST(JobTest, AMissingTeacherFailsTheJobAtOnceAndNamesIt) {
  v1::Job job = ReferenceJob::Get().job();
  job.mutable_spec()->mutable_teacher()->set_path("/nonexistent/teacher.gguf");
  Service service(ReferenceJob::Get().NewFolder());
  JobClient client(service.address());
  const v1::JobStatus status = client.Follow(
      client.Submit(job, "missing"), [](const v1::JobStatus& now) { return now.state() == v1::FAILED; });
  EXPECT_NE(status.reason().find("/nonexistent/teacher.gguf"), std::string::npos) << status.reason();
  EXPECT_EQ(StageNamed(status, "inspect")->restarts(), 0u);
}

}  // namespace
}  // namespace rad
