// task_attempts.h: the life of a task in its job: started, lost, failed, tried again. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rad/v1/record.pb.h"
#include "rad/v1/worker.pb.h"

namespace rad {

// A task whose workers vanish this often is itself the likely cause.
inline constexpr std::uint32_t kMaxLosses = 20;

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

struct RetryDecision {
  bool retry = false;
  absl::Duration backoff;  // before the next attempt may start
  std::string reason;      // always set
};

// The attempt's worker vanished. Not held against Failure.max_restarts.
RetryDecision LoseAttempt(TaskPlace place, absl::string_view why);
// The attempt made room for another job's: neither a loss nor a failure.
void PreemptAttempt(TaskPlace place);
// The attempt ended in `failure`.
RetryDecision FailAttempt(TaskPlace place, const v1::TaskFailure& failure, std::uint32_t max_restarts);

// Why the job may run no longer (spec.failure.max_run_seconds), when its running tasks have run for
// `running_seconds` beside what the record says; empty: it may.
std::string RunTimeExceeded(const v1::JobRecord& job, double running_seconds);

}  // namespace rad
