#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/cli/exit_codes.h"
#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(QueueCommands, ListShowsQuotasAndWhatIsHeld) {
  v1::ListQueuesResponse queues;
  v1::Queue* free = queues.add_queues();
  free->set_name("default");
  free->set_borrow(true);
  v1::Queue* research = queues.add_queues();
  research->set_name("research");
  research->set_quota(4);
  research->set_held(3);
  research->set_running_jobs(1);
  research->set_waiting_jobs(12);
  const ScriptedCoordinator coordinator({.queues = queues});
  EXPECT_EQ(Radctl(coordinator, {"queue", "list"}).out,
            "QUEUE     QUOTA  BORROWS  HELD  RUNNING  WAITING\n"
            "default       -  yes         0        0        0\n"
            "research      4  no          3        1       12\n");
  EXPECT_THAT(Radctl(coordinator, {"queue", "list", "-o", "csv"}).out, HasSubstr("research,4,no,3,1,12\n"));
}

TEST(QueueCommands, PutSendsAllSettings) {
  const ScriptedCoordinator coordinator({});
  EXPECT_EQ(Radctl(coordinator, {"queue", "put", "research", "--quota", "4", "--no-borrow"}).out,
            "queue research: quota 4, does not borrow\n");
  EXPECT_EQ(Radctl(coordinator, {"queue", "put", "spare"}).out, "queue spare: no quota, borrows\n");
  const auto put = coordinator.script().queues_put;
  ASSERT_EQ(put.size(), 2u);
  EXPECT_EQ(put[0].quota(), 4u);
  EXPECT_FALSE(put[0].borrow());
  EXPECT_FALSE(put[1].has_quota());
  EXPECT_TRUE(put[1].borrow());
  EXPECT_EQ(Radctl(coordinator, {"queue", "put", "x", "--quota", "many"}).exit_code, kExitUsage);
}

TEST(QueueCommands, DeleteNamesTheQueue) {
  const ScriptedCoordinator coordinator({});
  EXPECT_EQ(Radctl(coordinator, {"queue", "delete", "research"}).out, "queue research deleted\n");
  EXPECT_THAT(coordinator.script().queues_deleted, ElementsAre("research"));
}

TEST(JobExplain, SaysReasonPlaceAndEstimate) {
  v1::Explanation explanation;
  explanation.set_job_id("job-9");
  explanation.set_state(v1::PENDING);
  explanation.set_queue("research");
  explanation.set_reason(v1::BEHIND_OTHERS);
  explanation.set_message("every worker that it could use is busy");
  explanation.set_position(2);
  explanation.add_blockers("job-8");
  explanation.add_blockers("job-3");
  const char* begin =
      "Job:       job-9, pending\n"
      "Queue:     research, place 2\n"
      "Reason:    behind_others: every worker that it could use is busy\n"
      "Behind:    job-8, job-3\n"
      "Starts in: ";
  EXPECT_EQ(Radctl(ScriptedCoordinator({.explanation = explanation}), {"job", "explain", "job-9"}).out,
            std::string(begin) + "not to be told yet\n");
  explanation.set_estimated_start_seconds(185);
  const ScriptedCoordinator coordinator({.explanation = explanation});
  EXPECT_EQ(Radctl(coordinator, {"job", "explain", "job-9"}).out, std::string(begin) + "about 3m05s\n");
  EXPECT_THAT(Radctl(coordinator, {"job", "explain", "job-9", "-o", "json"}).out,
              HasSubstr("\"position\": 2"));
}

TEST(WorkerDrain, SaysWhatIsStillToEnd) {
  v1::ListWorkersResponse workers;
  workers.add_workers()->set_name("a");
  workers.mutable_workers(0)->set_state("busy");
  workers.mutable_workers(0)->set_running("job-3/align");
  workers.mutable_workers(0)->set_draining(true);
  const ScriptedCoordinator coordinator({.workers = workers});
  EXPECT_EQ(Radctl(coordinator, {"worker", "drain", "a"}).out, "worker a drains, after job-3/align\n");
  EXPECT_EQ(Radctl(coordinator, {"worker", "undrain", "a"}).out, "worker a takes tasks again\n");
  EXPECT_THAT(Radctl(coordinator, {"worker", "list"}).out, HasSubstr("a     busy, draining"));
  const auto drained = coordinator.script().drained;
  ASSERT_EQ(drained.size(), 2u);
  EXPECT_FALSE(drained[0].undrain());
  EXPECT_TRUE(drained[1].undrain());
}

}  // namespace
}  // namespace rad::cli
