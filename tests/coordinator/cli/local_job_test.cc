#include "coordinator/cli/local/local_job.h"

#include <gtest/gtest.h>

#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

v1::Job Spec() {
  v1::Job job = JobIn(v1::PENDING).job();
  for (const char* label : {"a", "b", "c", "d"}) (*job.mutable_metadata()->mutable_labels())[label] = "1";
  return job;
}

TEST(LocalJob, RequestIdsAreOfSpecFolderAndRun) {
  v1::Job other = Spec();
  other.mutable_spec()->mutable_student()->set_head_budget(0);
  const std::string id = LocalRequestId(Spec(), "/d", 1);
  EXPECT_EQ(LocalRequestId(Spec(), "/d", 1), id);
  EXPECT_NE(LocalRequestId(Spec(), "/e", 1), id);
  EXPECT_NE(LocalRequestId(Spec(), "/d", 2), id);
  EXPECT_NE(LocalRequestId(other, "/d", 1), id);
}

TEST(LocalJob, AnInterruptedJobIsTakenUpAgain) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::RUNNING, "first")}});
  CoordinatorClient client(coordinator.address(), absl::Seconds(10));
  auto status = SubmitOrResume(client, Spec(), "/d");
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->job_id(), "first");
  ASSERT_EQ(coordinator.script().submitted.size(), 1u);
  EXPECT_EQ(coordinator.script().submitted[0].request_id(), LocalRequestId(Spec(), "/d", 1));
}

TEST(LocalJob, AfterFinishedJobsANewOneIsMade) {
  const ScriptedCoordinator coordinator(
      {.statuses = {JobIn(v1::SUCCEEDED, "first"), JobIn(v1::CANCELLED, "second"),
                    JobIn(v1::PENDING, "third")}});
  CoordinatorClient client(coordinator.address(), absl::Seconds(10));
  auto status = SubmitOrResume(client, Spec(), "/d");
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->job_id(), "third");
  ASSERT_EQ(coordinator.script().submitted.size(), 3u);
  EXPECT_EQ(coordinator.script().submitted[2].request_id(), LocalRequestId(Spec(), "/d", 3));
}

}  // namespace
}  // namespace rad::cli
