#include "coordinator/task_attempts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

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
  RetryDecision End(FailureKind kind, const std::string& message = "out of memory",
                    const std::string& lost_worker = "") {
    Start();
    return EndAttempt(Place(), {kind, message, lost_worker}, policy_);
  }
  void AddRule(const std::string& reason, const std::string& message, v1::FailureRule::Action action) {
    v1::FailureRule& rule = *policy_.add_rules();
    rule.set_reason(reason);
    rule.set_message(message);
    rule.set_action(action);
  }

  v1::JobRecord job_;
  v1::Failure policy_ = [] {
    v1::Failure policy;
    policy.set_max_restarts(3);
    return policy;
  }();
  std::uint64_t epoch_floor_ = 0;
};

TEST_F(TaskAttempts, EpochsBeginBehindTheFloor) {
  epoch_floor_ = 1000;
  End(FailureKind::kLost);
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
  EXPECT_EQ(Place().task->attempt_started_unix_millis(), 5000);
  PreemptAttempt(Place());
  EXPECT_EQ(Place().task->attempt_started_unix_millis(), 0) << "it runs no longer";
}

TEST_F(TaskAttempts, EveryAttemptAndEveryLossHasItsOwnFence) {
  Start();
  const v1::Fence first = FenceOf(Place().task->task());
  EXPECT_TRUE(EndAttempt(Place(), {FailureKind::kLost, "worker w was lost"}, policy_).retry);
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
    const RetryDecision decision = End(FailureKind::kCrashed);
    EXPECT_TRUE(decision.retry);
    EXPECT_GT(decision.backoff, last);
    EXPECT_THAT(decision.reason,
                HasSubstr(absl::StrCat("tried again in ", absl::FormatDuration(decision.backoff))));
    last = decision.backoff;
  }
  const RetryDecision decision = End(FailureKind::kCrashed);
  EXPECT_FALSE(decision.retry);
  EXPECT_THAT(decision.reason, HasSubstr("align: out of memory"));
  EXPECT_THAT(decision.reason, HasSubstr("max_restarts is 3"));
}

TEST_F(TaskAttempts, AHangIsAFailureAndCountedAsAHangToo) {
  EXPECT_TRUE(End(FailureKind::kHung, "no progress").retry);
  EXPECT_EQ(Place().task->hangs(), 1u);
  EXPECT_EQ(Place().task->failures(), 1u);
}

TEST_F(TaskAttempts, LostWorkersDoNotCountAsFailuresButHaveABound) {
  for (std::uint32_t loss = 1; loss <= kMaxLosses; ++loss) EXPECT_TRUE(End(FailureKind::kLost).retry);
  EXPECT_EQ(Place().task->failures(), 0u);
  EXPECT_FALSE(End(FailureKind::kLost).retry);
}

TEST_F(TaskAttempts, ATaskThatSeveralWorkersVanishWithIsQuarantined) {
  EXPECT_TRUE(End(FailureKind::kLost, "gone", "a").retry);
  EXPECT_TRUE(End(FailureKind::kLost, "gone", "b").retry);
  EXPECT_TRUE(End(FailureKind::kLost, "gone", "a").retry) << "one worker twice may be the worker's fault";
  EXPECT_TRUE(End(FailureKind::kLost, "left").retry) << "a worker that leaves is no victim";
  const RetryDecision decision = End(FailureKind::kLost, "gone", "c");
  EXPECT_FALSE(decision.retry);
  EXPECT_THAT(decision.reason, HasSubstr("the workers a, b, c vanished while they ran it"));
}

TEST_F(TaskAttempts, WhatIsInvalidIsNotTriedAgainWhateverTheRules) {
  EXPECT_FALSE(End(FailureKind::kInvalid).retry);
  AddRule("", "", v1::FailureRule::RETRY_FREE);
  EXPECT_FALSE(End(FailureKind::kInvalid).retry);
}

TEST_F(TaskAttempts, TheFirstRuleThatFitsDecides) {
  AddRule("crashed", "SIGSEGV|SIGILL", v1::FailureRule::FAIL);
  AddRule("", "disk (is )?full", v1::FailureRule::RETRY_FREE);
  AddRule("lost", "", v1::FailureRule::RETRY);
  const RetryDecision free = End(FailureKind::kFailed, "chunk 7: disk is full");
  EXPECT_TRUE(free.retry);
  EXPECT_THAT(free.reason, HasSubstr("spec.failure.rules[1]"));
  EXPECT_EQ(Place().task->failures(), 0u);
  EXPECT_EQ(Place().task->free_retries(), 1u);
  EXPECT_TRUE(End(FailureKind::kLost, "gone", "a").retry);
  EXPECT_EQ(Place().task->failures(), 1u) << "a loss that is to count";
  EXPECT_TRUE(End(FailureKind::kCrashed, "killed by SIGKILL").retry) << "no rule fits";
  EXPECT_EQ(Place().task->failures(), 2u);
  const RetryDecision fatal = End(FailureKind::kCrashed, "killed by SIGSEGV");
  EXPECT_FALSE(fatal.retry);
  EXPECT_THAT(fatal.reason, HasSubstr("killed by SIGSEGV [spec.failure.rules[0]]"));
}

TEST_F(TaskAttempts, RetriesThatDoNotCountHaveABoundOfTheirOwn) {
  AddRule("lost", "", v1::FailureRule::RETRY_FREE);
  for (std::uint32_t retry = 1; retry <= kMaxFreeRetries; ++retry) {
    const RetryDecision decision = End(FailureKind::kLost, "gone", absl::StrCat("w", retry));
    EXPECT_TRUE(decision.retry) << "the rule lifts the quarantine";
    EXPECT_GT(decision.backoff, absl::ZeroDuration());
  }
  EXPECT_FALSE(End(FailureKind::kLost, "gone", "another").retry);
}

}  // namespace
}  // namespace rad
