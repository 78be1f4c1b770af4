#include "coordinator/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_view.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Scheduler, FirstComeFirstServed) {
  const Schedule schedule =
      MakeSchedule(View({Ready("a", "a1"), Ready("a", "a2"), Ready("b", "b1")}, {"v", "w"}), {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", {"v"}}, Assignment{"a2", {"w"}}));
  EXPECT_EQ(schedule.waiting.at("b").reason, v1::BEHIND_OTHERS);
  EXPECT_FALSE(schedule.waiting.contains("a"));
}

TEST(Scheduler, AWorkerTheFirstJobCannotUseGoesToTheNext) {
  const Schedule schedule =
      MakeSchedule(View({Ready("a", "a1", 1), Ready("a", "a2", 1), Ready("b", "b1")}, {"v", "w"}), {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", {"v"}}, Assignment{"b1", {"w"}}));
}

TEST(Scheduler, CountsWorkersTheJobHoldsAlready) {
  SchedulerView view = View({Ready("a", "a1", 2)}, {"v"});
  AddRunning(view, "a", {"x", "y"});
  EXPECT_THAT(MakeSchedule(view, {}).assignments, IsEmpty());
}

TEST(Scheduler, TimeAloneChangesWhatBacksOffOrIsPatient) {
  ReadyTask after_failure = Ready("a", "a1");
  after_failure.not_before = absl::Seconds(10);
  ReadyTask gang = Gang("b", "b1", 1, 2), fixed_gang = Gang("c", "c1", 2, 2);
  gang.ready_since = fixed_gang.ready_since = absl::Seconds(3);
  const SchedulerView view = View({Ready("d", "d1"), fixed_gang, gang, after_failure}, {});
  EXPECT_EQ(NextChange(view, absl::Seconds(9)), absl::Seconds(10));
  EXPECT_EQ(NextChange(view, absl::Seconds(10)), absl::Seconds(3) + kGangPatience);
  EXPECT_EQ(NextChange(view, absl::Seconds(3) + kGangPatience), absl::InfiniteDuration());
}

TEST(Scheduler, WaitsOutABackoff) {
  ReadyTask task = Ready("a", "a1");
  task.not_before = absl::Seconds(10);
  const SchedulerView view = View({task}, {"v"});
  EXPECT_EQ(MakeSchedule(view, absl::Seconds(9)).waiting.at("a").reason, v1::BACKOFF);
  EXPECT_EQ(MakeSchedule(view, absl::Seconds(10)).assignments.size(), 1u);
}

TEST(Scheduler, OneJobAtATimeRanksTheSameHeads) {
  ReadyTask mine = Ready("a", "a1"), also_mine = Ready("a", "a2"), others = Ready("b", "b1");
  mine.race = also_mine.race = others.race = "heads";
  const Schedule schedule = MakeSchedule(View({mine, also_mine, others}, {"v", "w", "x"}), {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", {"v"}}, Assignment{"a2", {"w"}}));
  EXPECT_EQ(schedule.waiting.at("b").message, "a is ranking the same heads");
}

TEST(Scheduler, ComputesTheSameResultOnce) {
  ReadyTask same = Ready("b", "b1");
  same.digest = "digest of a1";
  SchedulerView view = View({Ready("a", "a1"), same}, {"v", "w"});
  const Schedule schedule = MakeSchedule(view, {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", {"v"}}));
  EXPECT_EQ(schedule.waiting.at("b").reason, v1::DEPENDENCY);
}

TEST(Scheduler, SaysThatNoWorkerIsThere) {
  EXPECT_EQ(MakeSchedule(View({Ready("a", "a1")}, {}), {}).waiting.at("a").reason, v1::NO_WORKER);
}

const absl::Duration kLater = kGangPatience + absl::Seconds(1);

TEST(Scheduler, AGangStartsOnAllItsWorkersAtOnceOrNotAtAll) {
  SchedulerView view = View({Gang("a", "a1", 2, 2)}, {"v"});
  AddBusy(view, {"w"});
  for (const absl::Duration now : {absl::ZeroDuration(), kLater}) {
    EXPECT_THAT(MakeSchedule(view, now).assignments, IsEmpty());
    EXPECT_EQ(MakeSchedule(view, now).waiting.at("a").reason, v1::GANG_INCOMPLETE);
  }
  view.workers.back().idle = true;
  EXPECT_THAT(MakeSchedule(view, {}).assignments, ElementsAre(Assignment{"a1", {"v", "w"}}));
}

TEST(Scheduler, TwoGangsNeverShareOutTheWorkersBetweenThem) {
  SchedulerView view = View({Gang("a", "a1", 2, 2), Gang("b", "b1", 2, 2)}, {"u", "v", "w"});
  AddBusy(view, {"x"});
  const Schedule schedule = MakeSchedule(view, kLater);
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", {"u", "v"}}));
  EXPECT_EQ(schedule.waiting.at("b").reason, v1::GANG_INCOMPLETE);
}

TEST(Scheduler, LaterTasksDoNotTakeTheWorkersThatAGangWaitsFor) {
  SchedulerView view = View({Gang("a", "a1", 2, 2), Ready("b", "b1")}, {"v"});
  AddBusy(view, {"x"});
  EXPECT_THAT(MakeSchedule(view, kLater).assignments, IsEmpty());
}

TEST(Scheduler, AGangThatCannotEverStartHoldsNobodyUp) {
  const Schedule schedule = MakeSchedule(View({Gang("a", "a1", 2, 2), Ready("b", "b1")}, {"v"}), kLater);
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"b1", {"v"}}));
  EXPECT_EQ(schedule.waiting.at("a").reason, v1::NO_WORKER);
}

TEST(Scheduler, AGangWaitsAWhileForItsLargestSizeAndThenStartsSmaller) {
  SchedulerView view = View({Gang("a", "a1", 1, 3)}, {"v", "w"});
  EXPECT_EQ(MakeSchedule(view, {}).assignments.at(0).worker_ids.size(), 2u) << "all that are connected";
  AddBusy(view, {"x"});
  EXPECT_THAT(MakeSchedule(view, {}).assignments, IsEmpty());
  EXPECT_THAT(MakeSchedule(view, kLater).assignments, ElementsAre(Assignment{"a1", {"v", "w"}}));
}

TEST(Scheduler, AGangHasRoomWithinTheJobsMostWorkers) {
  ReadyTask gang = Gang("a", "a1", 2, 4);
  gang.max_workers = 3;
  SchedulerView view = View({gang}, {"t", "u", "v", "w"});
  EXPECT_EQ(MakeSchedule(view, {}).assignments.at(0).worker_ids.size(), 3u);
  AddRunning(view, "a", {"x", "y"});
  EXPECT_EQ(MakeSchedule(view, {}).waiting.at("a").reason, v1::DEPENDENCY);
}

TEST(Scheduler, AHigherPriorityComesFirstInItsQueue) {
  ReadyTask urgent = Ready("c", "c1");
  urgent.priority = 10;
  const SchedulerView view = View({Ready("a", "a1"), Ready("b", "b1"), urgent}, {"v", "w"});
  EXPECT_THAT(MakeSchedule(view, {}).assignments,
              ElementsAre(Assignment{"c1", {"v"}}, Assignment{"a1", {"w"}}));
}

TEST(Scheduler, QueuesWithAClaimComeBeforeThoseThatBorrow) {
  SchedulerView view = View({Ready("a", "a1"), Ready("a", "a2"), In("q", Ready("b", "b1"))}, {"v"});
  view.queues["q"] = {.quota = 1};
  EXPECT_THAT(MakeSchedule(view, {}).assignments, ElementsAre(Assignment{"b1", {"v"}}));
}

TEST(Scheduler, QueuesShareByWhatTheyHoldOfTheirQuota) {
  SchedulerView view;
  view.queues["large"] = {.quota = 4};
  view.queues["small"] = {.quota = 2};
  for (int i = 0; i < 6; ++i) {
    for (const char* queue : {"large", "small"})
      view.ready.push_back(In(queue, Ready(absl::StrCat(queue, i), absl::StrCat(queue, i, ".1"))));
  }
  for (const char* id : {"r", "s", "t"}) AddIdle(view, {id});
  std::map<std::string, int> started;
  for (const Assignment& assignment : MakeSchedule(view, {}).assignments)
    ++started[assignment.task_id.substr(0, 5)];
  EXPECT_EQ(started["large"], 2);
  EXPECT_EQ(started["small"], 1);
}

TEST(Scheduler, AQueueBorrowsOnlyWhereItMay) {
  SchedulerView view = View({In("q", Ready("a", "a1")), In("q", Ready("b", "b1"))}, {"v", "w"});
  view.queues["q"] = {.quota = 1, .borrow = true};
  EXPECT_EQ(MakeSchedule(view, {}).assignments.size(), 2u);
  view.queues["q"].borrow = false;
  const Schedule schedule = MakeSchedule(view, {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", {"v"}}));
  EXPECT_EQ(schedule.waiting.at("b").reason, v1::QUEUE_QUOTA);
}

TEST(Scheduler, AGangWithinItsQuotaBorrowsOnlyWhatNobodyWants) {
  SchedulerView view = View({In("q", Gang("a", "a1", 1, 4))}, {"t", "u", "v", "w"});
  view.queues["q"] = {.quota = 2};
  EXPECT_EQ(MakeSchedule(view, {}).assignments.at(0).worker_ids.size(), 4u);
  view.ready.push_back(Ready("b", "b1"));
  const Schedule schedule = MakeSchedule(view, {});
  ASSERT_EQ(schedule.assignments.size(), 2u);
  EXPECT_EQ(schedule.assignments[0].worker_ids.size(), 3u);
}

TEST(Scheduler, GapsAreFilledWithoutTakingTheHeadsPlace) {
  // The gang waits for one more large worker; what it cannot use is free to others, its part of the quota
  // not.
  ReadyTask gang = In("q", Gang("a", "a1", 2, 2));
  gang.needs.memory_bytes = 100;
  SchedulerView view = View({gang, In("q", Ready("b", "b1")), In("q", Ready("c", "c1"))}, {"large"});
  view.workers[0].traits.memory_bytes = 100;
  AddIdle(view, {"v", "w"});
  AddBusy(view, {"x"});
  view.workers.back().traits.memory_bytes = 100;
  view.queues["q"] = {.quota = 3, .borrow = false};
  const Schedule schedule = MakeSchedule(view, kLater);
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"b1", {"v"}}));
  EXPECT_EQ(schedule.waiting.at("a").reason, v1::GANG_INCOMPLETE);
  EXPECT_EQ(schedule.waiting.at("c").message, "a waits before it for the rest of the queue's quota");
  EXPECT_THAT(schedule.starved, ElementsAre("a1"));
}

TEST(Scheduler, WorkersMustHaveWhatTheJobAsksFor) {
  ReadyTask task = Ready("a", "a1");
  task.needs = {.device = "cuda", .memory_bytes = 50, .labels = {{"zone", "x"}}};
  SchedulerView view = View({task}, {"v", "w"});
  const Schedule none = MakeSchedule(view, {});
  EXPECT_EQ(none.waiting.at("a").reason, v1::NO_FIT);
  EXPECT_EQ(none.waiting.at("a").message,
            "needs 1 worker with device cuda, 0.0 GiB of memory, label zone=x; 0 of 2 have that: "
            "spec.resources");
  EXPECT_THAT(none.starved, IsEmpty());
  view.workers[1].traits = {.device = "cuda", .memory_bytes = 50, .labels = {{"zone", "x"}, {"rack", "7"}}};
  EXPECT_THAT(MakeSchedule(view, {}).assignments, ElementsAre(Assignment{"a1", {"w"}}));
}

TEST(Scheduler, SpecialWorkersAreLeftToThoseThatAskForThem) {
  SchedulerView view = View({Ready("a", "a1")}, {"u", "v", "w"});
  view.workers[0].traits.device = "cuda";
  view.workers[1].traits.labels["zone"] = "x";
  EXPECT_THAT(MakeSchedule(view, {}).assignments, ElementsAre(Assignment{"a1", {"w"}}));
}

TEST(Scheduler, DrainingWorkersGetNothing) {
  SchedulerView view = View({Ready("a", "a1")}, {"v", "w"});
  view.workers[0].draining = true;
  EXPECT_THAT(MakeSchedule(view, {}).assignments, ElementsAre(Assignment{"a1", {"w"}}));
  view.workers[1].draining = true;
  EXPECT_EQ(MakeSchedule(view, {}).waiting.at("a").reason, v1::NO_WORKER);
}

}  // namespace
}  // namespace rad
