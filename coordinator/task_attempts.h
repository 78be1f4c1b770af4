// task_attempts.h: the life of a task in its job: started, lost, failed, tried again. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "coordinator/failure_rules.h"
#include "rad/v1/record.pb.h"
#include "rad/v1/worker.pb.h"

namespace rad {

// Attempts that a task may lose with their workers, for whatever reason.
inline constexpr std::uint32_t kMaxLosses = 20;
// So many workers that vanished while they ran it, and no checkpoint since the first, are no accident: the
// task is what ends them.
inline constexpr int kMaxLostWorkers = 3;
// Retries by a rule that does not count them.
inline constexpr std::uint32_t kMaxFreeRetries = 20;

struct TaskPlace {
  v1::StageRecord* stage = nullptr;
  v1::TaskRecord* task = nullptr;
  explicit operator bool() const { return task != nullptr; }
};
TaskPlace FindTask(v1::JobRecord& job, absl::string_view task_id);

// "align": the stage's kind as metric labels spell it.
std::string KindName(const v1::StageRecord& stage);

// Takes a task that never started out of its stage, as if it had not been planned; false when it did start. A
// stage that started keeps its last task unless more of its kind may follow (the ranking).
bool ForgetTask(v1::JobRecord& job, absl::string_view task_id);

// The job's id within a task id.
absl::string_view JobIdOf(absl::string_view task_id);

v1::Fence FenceOf(const v1::Task& task);
bool SameFence(const v1::Fence& a, const v1::Fence& b);  // of one attempt, be it of different ranks

// A new attempt under a new epoch, beyond `epoch_floor`, on this many workers; its stage and job start with
// their first task.
void StartAttempt(v1::JobRecord& job, TaskPlace place, std::uint32_t workers, std::uint64_t epoch_floor,
                  std::int64_t now_unix_millis);

// How an attempt ended without a result.
struct AttemptEnd {
  FailureKind kind;
  std::string message;
  std::string lost_worker = "";  // its name, where its lease ran out
};
AttemptEnd EndOf(const v1::TaskFailure& failure);

struct RetryDecision {
  bool retry = false;
  absl::Duration backoff;  // before the next attempt may start
  std::string reason;      // always set
};

// What becomes of the task. The first of spec.failure.rules that fits decides; where none does, what was lost
// is tried again, up to kMaxLosses times and until kMaxLostWorkers vanished, what failed, crashed or hung up
// to max_restarts times, and what is invalid never.
RetryDecision EndAttempt(TaskPlace place, const AttemptEnd& end, const v1::Failure& policy);
// The attempt made room for another job's: neither a loss nor a failure.
void PreemptAttempt(TaskPlace place);

// Why the job may run no longer (spec.failure.max_run_seconds), when its running tasks have run for
// `running_seconds` beside what the record says; empty: it may.
std::string RunTimeExceeded(const v1::JobRecord& job, double running_seconds);

}  // namespace rad
