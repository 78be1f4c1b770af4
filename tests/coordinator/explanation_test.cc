#include "coordinator/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_view.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Explanation Explain(const std::string& job, const SchedulerView& view, absl::Duration now = {}) {
  return ExplainWaiting(job, view, MakeSchedule(view, now), now);
}

// b and a wait, in this order by priority, while r and s run.
SchedulerView Crowd() {
  SchedulerView view = View({Ready("a", "a1"), Ready("b", "b1")}, {});
  view.ready[1].priority = 3;
  AddRunning(view, "r", {"v"}).time_left = absl::Seconds(90);
  AddRunning(view, "s", {"w"}).time_left = absl::Seconds(30);
  for (RunningTask& task : view.running) task.priority = 3;
  return view;
}

TEST(Explanation, SaysPlaceReasonAndWhatIsBefore) {
  const v1::Explanation second = Explain("a", Crowd());
  EXPECT_EQ(second.reason(), v1::BEHIND_OTHERS);
  EXPECT_EQ(second.position(), 2u);
  EXPECT_THAT(second.blockers(), ElementsAre("b", "s", "r")) << "nearest first";
  EXPECT_EQ(Explain("b", Crowd()).position(), 1u);
}

TEST(Explanation, EstimatesFromTasksAfterWhichTheWorkerIsFree) {
  SchedulerView view = Crowd();
  EXPECT_FALSE(Explain("b", view).has_estimated_start_seconds()) << "s may go on with another task";
  view.running[1].last_of_job = true;
  EXPECT_EQ(Explain("b", view).estimated_start_seconds(), 30u);
  EXPECT_FALSE(Explain("a", view).has_estimated_start_seconds()) << "b is before it";
  view.running[1].last_of_job = false;
  view.running[0].priority = 0;
  EXPECT_EQ(Explain("b", view).estimated_start_seconds(), 90u) << "r's next task comes after b's";
  view.running[0].time_left.reset();
  EXPECT_FALSE(Explain("b", view).has_estimated_start_seconds());
}

TEST(Explanation, AGangStartsWithTheLastOfItsWorkers) {
  SchedulerView view = Crowd();
  view.ready = {Gang("g", "g1", 2, 2)};
  for (RunningTask& task : view.running) task.last_of_job = true;
  const v1::Explanation gang = Explain("g", view);
  EXPECT_EQ(gang.reason(), v1::GANG_INCOMPLETE);
  EXPECT_EQ(gang.estimated_start_seconds(), 90u);
}

TEST(Explanation, ABackoffEndsByTheClock) {
  SchedulerView view = View({Ready("a", "a1")}, {"v"});
  view.ready[0].not_before = absl::Seconds(70);
  const v1::Explanation explanation = Explain("a", view, absl::Seconds(50));
  EXPECT_EQ(explanation.reason(), v1::BACKOFF);
  EXPECT_EQ(explanation.estimated_start_seconds(), 20u);
  EXPECT_THAT(explanation.blockers(), IsEmpty());
}

TEST(Explanation, NamesTheJobWhoseResultIsWaitedFor) {
  SchedulerView view = View({Ready("a", "a1")}, {"v"});
  AddRunning(view, "r", {"w"}).digest = view.ready[0].digest;
  const v1::Explanation explanation = Explain("a", view);
  EXPECT_EQ(explanation.reason(), v1::DEPENDENCY);
  EXPECT_THAT(explanation.blockers(), ElementsAre("r"));
}

TEST(Explanation, AQuotaIsHeldByJobsOfTheQueue) {
  SchedulerView view = View({In("q", Ready("a", "a1"))}, {"v"});
  view.queues["q"] = {.quota = 1, .borrow = false};
  AddRunning(view, "r", {"w"}, "q");
  AddRunning(view, "s", {"x"});
  const v1::Explanation explanation = Explain("a", view);
  EXPECT_EQ(explanation.reason(), v1::QUEUE_QUOTA);
  EXPECT_THAT(explanation.blockers(), ElementsAre("r"));
}

}  // namespace
}  // namespace rad
