#include "coordinator/job_state.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

constexpr StateEvent kAll[] = {StateEvent::kStart, StateEvent::kReuse, StateEvent::kFinish,
                               StateEvent::kFail,  StateEvent::kRetry, StateEvent::kCancel};

TEST(JobState, TheEndIsTheEnd) {
  for (const v1::State state : {v1::SUCCEEDED, v1::FAILED, v1::CANCELLED}) {
    EXPECT_TRUE(IsTerminal(state));
    for (const StateEvent event : kAll) EXPECT_EQ(NextState(state, event), std::nullopt);
  }
}

TEST(JobState, RunningMayEndOrBeTriedAgain) {
  EXPECT_EQ(NextState(v1::PENDING, StateEvent::kStart), v1::RUNNING);
  EXPECT_EQ(NextState(v1::PENDING, StateEvent::kReuse), v1::SUCCEEDED);
  EXPECT_EQ(NextState(v1::PENDING, StateEvent::kRetry), std::nullopt);
  EXPECT_EQ(NextState(v1::RUNNING, StateEvent::kRetry), v1::PENDING);
  EXPECT_EQ(NextState(v1::RUNNING, StateEvent::kFinish), v1::SUCCEEDED);
  EXPECT_EQ(NextState(v1::RUNNING, StateEvent::kReuse), std::nullopt);
  EXPECT_EQ(NextState(v1::RUNNING, StateEvent::kStart), std::nullopt);
}

TEST(JobState, EveryUnfinishedStateCanBeCancelledOrFail) {
  for (const v1::State state : {v1::PENDING, v1::RUNNING}) {
    EXPECT_EQ(NextState(state, StateEvent::kCancel), v1::CANCELLED);
    EXPECT_EQ(NextState(state, StateEvent::kFail), v1::FAILED);
  }
}

TEST(JobStateDeathTest, ABrokenInvariantAborts) {
  EXPECT_DEATH(MustNextState(v1::FAILED, StateEvent::kStart), "broken invariant");
}

}  // namespace
}  // namespace rad
