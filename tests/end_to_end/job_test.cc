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
