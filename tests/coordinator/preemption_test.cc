#include "coordinator/preemption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_view.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Preempted(const SchedulerView& view) {
  std::vector<std::string> ids;
  const Schedule schedule = MakeSchedule(view, absl::Seconds(100));
  for (const Preemption& one : ChoosePreemptions(view, schedule)) ids.push_back(one.task_id);
  return ids;
}

// "lender" has a quota of 2 and a job that waits; others hold all workers.
SchedulerView Lent() {
  SchedulerView view = View({In("lender", Ready("a", "a1"))}, {});
  view.queues["lender"] = {.quota = 2};
  return view;
}

TEST(Preemption, AQueueBelowItsQuotaTakesBackWhatItLent) {
  SchedulerView view = Lent();
  AddRunning(view, "b", {"v"});
  AddRunning(view, "c", {"w"}).started_at = absl::Seconds(5);
  const Schedule schedule = MakeSchedule(view, {});
  EXPECT_THAT(ChoosePreemptions(view, schedule),
              ElementsAre(Preemption{"c-running", "gave back to queue lender what it was lent, for a"}))
      << "the one that has done least";
  view.ready.push_back(In("lender", Ready("d", "d1")));
  view.ready.push_back(In("lender", Ready("e", "e1")));
  EXPECT_THAT(Preempted(view), UnorderedElementsAre("b-running", "c-running")) << "two are within the quota";
}

TEST(Preemption, WhatIsWithinAQuotaIsNotTaken) {
  SchedulerView view = Lent();
  view.queues["other"] = {.quota = 1};
  AddRunning(view, "b", {"v"}, "other");
  EXPECT_THAT(Preempted(view), IsEmpty());
  AddRunning(view, "c", {"w"}, "other");
  EXPECT_EQ(Preempted(view).size(), 1u);
}

TEST(Preemption, OnlyOfTasksThatSaveWhatTheyDid) {
  SchedulerView view = Lent();
  AddRunning(view, "b", {"v"}).saves = false;
  EXPECT_THAT(Preempted(view), IsEmpty());
}

TEST(Preemption, AHigherPriorityTakesFromTheLowestOfItsQueue) {
  ReadyTask urgent = Ready("a", "a1");
  urgent.priority = 10;
  SchedulerView view = View({urgent}, {});
  AddRunning(view, "b", {"v"}).priority = 5;
  AddRunning(view, "c", {"w"}).priority = -5;
  AddRunning(view, "d", {"x"}, "another").priority = -100;
  EXPECT_THAT(Preempted(view), ElementsAre("c-running"));
  view.ready[0].priority = -5;
  EXPECT_THAT(Preempted(view), IsEmpty()) << "an equal one waits";
}

TEST(Preemption, WorkersThatComeFreeAnywayAreCountedFirst) {
  SchedulerView view = Lent();
  AddRunning(view, "b", {"v"}).preempted = true;
  AddRunning(view, "c", {"w"});
  EXPECT_THAT(Preempted(view), IsEmpty());
  view.running[0].preempted = false;
  AddBusy(view, {"x"});  // it is being stopped
  EXPECT_THAT(Preempted(view), IsEmpty());
}

TEST(Preemption, NothingIsTakenThatWouldNotSuffice) {
  SchedulerView view = View({In("lender", Gang("a", "a1", 3, 3))}, {});
  view.queues["lender"] = {.quota = 3};
  AddRunning(view, "b", {"v"});
  AddRunning(view, "c", {"w"});
  AddRunning(view, "d", {"x"}).saves = false;
  EXPECT_THAT(Preempted(view), IsEmpty());
  view.running[2].saves = true;
  EXPECT_EQ(Preempted(view).size(), 3u);
}

TEST(Preemption, OnlyOfWorkersThatTheTaskCanUse) {
  SchedulerView view = Lent();
  view.ready[0].needs.device = "cuda";
  AddRunning(view, "b", {"v"});
  AddRunning(view, "c", {"w"});
  view.workers[1].traits.device = "cuda";
  EXPECT_THAT(Preempted(view), ElementsAre("c-running"));
  view.workers[1].draining = true;
  EXPECT_THAT(Preempted(view), IsEmpty());
}

TEST(Preemption, AGangGivesAllItsWorkersAndTheRestOfThemServeOthers) {
  SchedulerView view = Lent();
  view.ready.push_back(In("lender", Ready("d", "d1")));
  AddRunning(view, "b", {"v", "w"});
  AddRunning(view, "c", {"x"}).started_at = absl::Seconds(-1);
  EXPECT_THAT(Preempted(view), ElementsAre("b-running"));
}

}  // namespace
}  // namespace rad
