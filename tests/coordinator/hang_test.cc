#include "coordinator/hang.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rad {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(60), kLongestSilence = absl::Seconds(5);

v1::Progress Step(std::uint64_t step) {
  v1::Progress progress;
  progress.set_phase("aligning heads");
  progress.set_done(static_cast<double>(step));
  progress.set_total(1000);
  progress.set_step(step);
  return progress;
}

class Hang : public ::testing::Test {
 protected:
  // An agent passes on, every second, what its executor said last.
  void Live(const v1::Progress& progress, absl::Duration time) {
    for (const absl::Duration end = now_ + time; now_ < end;) {
      now_ += absl::Seconds(1);
      watch_.Hear(now_, kLongestSilence);
      watch_.Observe(progress);
    }
  }
  void Train(int steps, absl::Duration each) {
    for (int i = 0; i < steps; ++i) Live(Step(++steps_), each);
  }

  HangWatch watch_{kPatience};
  absl::Duration now_ = absl::Hours(1);
  std::uint64_t steps_ = 0;
};

TEST_F(Hang, MessagesThatSayNothingNewAreNoProgress) {
  Train(5, absl::Seconds(2));
  Live(Step(steps_), absl::Seconds(58));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
  Live(Step(steps_), absl::Seconds(3));
  EXPECT_THAT(watch_.Hung(), HasSubstr("no progress in \"aligning heads\" for 62 s, more than 60 s"));
  Train(1, absl::Seconds(1));
  EXPECT_THAT(watch_.Hung(), IsEmpty()) << "it moved after all";
}

TEST_F(Hang, SlowStepsAreAllowedFiveTimesTheUsual) {
  Train(10, absl::Seconds(40));
  Live(Step(steps_), absl::Seconds(155));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
  Live(Step(steps_), absl::Seconds(10));
  EXPECT_THAT(watch_.Hung(), HasSubstr("more than 200 s"));
}

TEST_F(Hang, OneSlowStepIsNotTheUsualOne) {
  Train(20, absl::Seconds(1));
  Train(1, absl::Seconds(50));
  Train(10, absl::Seconds(1));
  Live(Step(steps_), absl::Seconds(61));
  EXPECT_THAT(watch_.Hung(), HasSubstr("more than 60 s"));
}

TEST_F(Hang, ThereIsMoreTimeWhileNoStepIsKnown) {
  v1::Progress loading;
  loading.set_phase("loading teacher");
  Live(loading, absl::Minutes(10));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
  Live(loading, absl::Seconds(2));
  EXPECT_THAT(watch_.Hung(), HasSubstr("more than 600 s while its usual step is not known"));
  Live(Step(0), absl::Minutes(10));
  EXPECT_THAT(watch_.Hung(), IsEmpty()) << "the first step may be long";
}

TEST_F(Hang, APhaseIsNotMeasuredByTheOneBefore) {
  Train(5, absl::Seconds(1));
  v1::Progress waiting = Step(steps_);
  waiting.set_phase("aligning heads: waiting for a checkpoint");
  Live(waiting, absl::Minutes(9));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
  Train(3, absl::Seconds(1));
  Live(Step(steps_), absl::Seconds(61));
  EXPECT_THAT(watch_.Hung(), HasSubstr("aligning"));
}

TEST_F(Hang, WhatFollowsTheLastStepIsNotAStep) {
  steps_ = 995;
  Train(5, absl::Seconds(1));  // all 1000 are done: it publishes
  Live(Step(steps_), absl::Minutes(9));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
  Live(Step(steps_), absl::Minutes(2));
  EXPECT_THAT(watch_.Hung(), HasSubstr("more than 600 s"));
}

TEST_F(Hang, TimeInWhichItsWorkerIsAwayDoesNotCount) {
  Train(5, absl::Seconds(1));
  Live(Step(steps_), absl::Seconds(50));
  now_ += absl::Seconds(8);  // the worker, the coordinator or what is between them stood still
  Live(Step(steps_), absl::Seconds(5));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
  now_ += absl::Seconds(4);  // soon enough for a heartbeat, but over another connection
  watch_.LoseSight();
  Live(Step(steps_), absl::Seconds(3));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
  Live(Step(steps_), absl::Seconds(10));
  EXPECT_THAT(watch_.Hung(), HasSubstr("no progress"));
}

TEST_F(Hang, AnyOfTheNumbersIsAMoveAndRatesAndMemoryAreNone) {
  Train(5, absl::Seconds(1));
  v1::Progress progress = Step(steps_);
  const auto hung_soon = [&] {
    Live(progress, absl::Seconds(50));
    return !watch_.Hung().empty();
  };
  EXPECT_FALSE(hung_soon());
  progress.set_tokens(7);
  EXPECT_FALSE(hung_soon());
  progress.set_heads_scored(7);
  EXPECT_FALSE(hung_soon());
  progress.set_done(7.5);
  EXPECT_FALSE(hung_soon());
  progress.set_step(7);
  EXPECT_FALSE(hung_soon());
  progress.set_rate_per_second(3);
  (*progress.mutable_memory_bytes())["rss"] = 4096;
  Live(progress, absl::Seconds(150));
  EXPECT_TRUE(hung_soon());
}

TEST_F(Hang, NoPatienceSetIsPatienceForEver) {
  watch_ = HangWatch(absl::ZeroDuration());
  Train(5, absl::Seconds(1));
  Live(Step(steps_), absl::Hours(2));
  EXPECT_THAT(watch_.Hung(), IsEmpty());
}

}  // namespace
}  // namespace rad
