#include "coordinator/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ReadyTask Ready(const std::string& job, const std::string& task, std::uint32_t max_workers = 64) {
  return {
      .job_id = job, .task_id = task, .digest = absl::StrCat("digest of ", task), .max_workers = max_workers};
}

SchedulerView View(std::vector<ReadyTask> ready, std::vector<std::string> idle) {
  SchedulerView view{.ready = std::move(ready), .idle_workers = std::move(idle)};
  view.live_workers = view.idle_workers.size();
  return view;
}

TEST(Scheduler, FirstComeFirstServed) {
  const Schedule schedule =
      MakeSchedule(View({Ready("a", "a1"), Ready("a", "a2"), Ready("b", "b1")}, {"v", "w"}), {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", "v"}, Assignment{"a2", "w"}));
  EXPECT_EQ(schedule.waiting.at("b").reason, v1::DEPENDENCY);
  EXPECT_FALSE(schedule.waiting.contains("a"));
}

TEST(Scheduler, AWorkerTheFirstJobCannotUseGoesToTheNext) {
  const Schedule schedule =
      MakeSchedule(View({Ready("a", "a1", 1), Ready("a", "a2", 1), Ready("b", "b1")}, {"v", "w"}), {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", "v"}, Assignment{"b1", "w"}));
}

TEST(Scheduler, CountsWorkersTheJobHoldsAlready) {
  SchedulerView view = View({Ready("a", "a1", 2)}, {"v"});
  view.running["a"] = 2;
  EXPECT_THAT(MakeSchedule(view, {}).assignments, IsEmpty());
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
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", "v"}, Assignment{"a2", "w"}));
  EXPECT_EQ(schedule.waiting.at("b").message, "a is ranking the same heads");
}

TEST(Scheduler, ComputesTheSameResultOnce) {
  ReadyTask same = Ready("b", "b1");
  same.digest = "digest of a1";
  SchedulerView view = View({Ready("a", "a1"), same}, {"v", "w"});
  const Schedule schedule = MakeSchedule(view, {});
  EXPECT_THAT(schedule.assignments, ElementsAre(Assignment{"a1", "v"}));
  EXPECT_EQ(schedule.waiting.at("b").reason, v1::DEPENDENCY);
}

TEST(Scheduler, SaysThatNoWorkerIsThere) {
  EXPECT_EQ(MakeSchedule(View({Ready("a", "a1")}, {}), {}).waiting.at("a").reason, v1::NO_WORKER);
}

}  // namespace
}  // namespace rad
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
