#include "coordinator/task_attempts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rad {
namespace {

using ::testing::HasSubstr;

class TaskAttempts : public ::testing::Test {
 protected:
  TaskAttempts() {
    job_.set_state(v1::PENDING);
    v1::StageRecord* stage = job_.add_stages();
    stage->set_name("align");
    stage->set_state(v1::PENDING);
    v1::TaskRecord* task = stage->add_tasks();
    task->set_state(v1::PENDING);
    task->mutable_task()->set_task_id("job-7.3");
  }
  TaskPlace Place() { return FindTask(job_, "job-7.3"); }
  void Start() { StartAttempt(job_, Place(), 1, epoch_floor_, 5000); }
  static v1::TaskFailure Failure(v1::TaskFailure::Reason reason) {
    v1::TaskFailure failure;
    failure.set_reason(reason);
    failure.set_message("out of memory");
    return failure;
  }

  v1::JobRecord job_;
  std::uint64_t epoch_floor_ = 0;
};

TEST_F(TaskAttempts, EpochsBeginBehindTheFloor) {
  epoch_floor_ = 1000;
  Start();
  EXPECT_EQ(Place().task->task().epoch(), 1001u);
  LoseAttempt(Place(), "gone");
  Start();
  EXPECT_GT(Place().task->task().epoch(), 1001u);
}

TEST_F(TaskAttempts, FindsTasksAndJobsByTaskId) {
  EXPECT_EQ(JobIdOf("job-7.3"), "job-7");
  EXPECT_TRUE(Place());
  EXPECT_FALSE(FindTask(job_, "job-7.4"));
}

TEST_F(TaskAttempts, TheFirstAttemptStartsStageAndJob) {
  Start();
  EXPECT_EQ(job_.state(), v1::RUNNING);
  EXPECT_EQ(job_.started_unix_seconds(), 5);
  EXPECT_EQ(job_.stages(0).state(), v1::RUNNING);
  EXPECT_EQ(Place().task->task().attempt(), 1u);
}

TEST_F(TaskAttempts, EveryAttemptAndEveryLossHasItsOwnFence) {
  Start();
  const v1::Fence first = FenceOf(Place().task->task());
  EXPECT_TRUE(LoseAttempt(Place(), "worker w was lost").retry);
  const v1::Fence between = FenceOf(Place().task->task());
  EXPECT_FALSE(SameFence(first, between));
  Start();
  EXPECT_FALSE(SameFence(between, FenceOf(Place().task->task())));
  EXPECT_EQ(Place().task->task().attempt(), 2u);
  EXPECT_EQ(job_.stages(0).restarts(), 1u);
}

TEST_F(TaskAttempts, FailuresBackOffUntilTheirNumberIsUp) {
  absl::Duration last;
  for (std::uint32_t failure = 1; failure <= 3; ++failure) {
    Start();
    const RetryDecision decision = FailAttempt(Place(), Failure(v1::TaskFailure::CRASHED), 3);
    EXPECT_TRUE(decision.retry);
    EXPECT_GT(decision.backoff, last);
    last = decision.backoff;
  }
  Start();
  const RetryDecision decision = FailAttempt(Place(), Failure(v1::TaskFailure::CRASHED), 3);
  EXPECT_FALSE(decision.retry);
  EXPECT_THAT(decision.reason, HasSubstr("align: out of memory"));
  EXPECT_THAT(decision.reason, HasSubstr("max_restarts is 3"));
}

TEST_F(TaskAttempts, LostWorkersDoNotCountAsFailuresButHaveABound) {
  for (std::uint32_t loss = 1; loss <= kMaxLosses; ++loss) {
    Start();
    EXPECT_TRUE(LoseAttempt(Place(), "worker w was lost").retry);
  }
  EXPECT_EQ(Place().task->failures(), 0u);
  Start();
  EXPECT_FALSE(LoseAttempt(Place(), "worker w was lost").retry);
}

TEST_F(TaskAttempts, WhatIsInvalidIsNotTriedAgain) {
  Start();
  EXPECT_FALSE(FailAttempt(Place(), Failure(v1::TaskFailure::INVALID), 100).retry);
}

TEST_F(TaskAttempts, TheLongestBackoffIsBounded) {
  RetryDecision decision;
  for (int i = 0; i < 50; ++i) {
    Start();
    decision = FailAttempt(Place(), Failure(v1::TaskFailure::FAILED), 1000);
  }
  EXPECT_EQ(decision.backoff, absl::Seconds(30));
}

}  // namespace
}  // namespace rad
