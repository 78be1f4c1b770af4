#include "coordinator/task_attempts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/gang_size.h"
#include "coordinator/job_state.h"
#include "coordinator/retry_backoff.h"

namespace rad {
namespace {

void PutBack(TaskPlace place) {
  place.task->set_state(MustNextState(place.task->state(), StateEvent::kRetry));
  // From here on the attempt's reports are stale, even before the next one starts.
  place.task->mutable_task()->set_epoch(place.task->task().epoch() + 1);
  place.task->clear_attempt_started_unix_millis();
}

void NoteEnd(v1::TaskRecord& task, const AttemptEnd& end) {
  if (end.kind == FailureKind::kHung) task.set_hangs(task.hangs() + 1);
  if (end.kind != FailureKind::kLost) return;
  task.set_losses(task.losses() + 1);
  auto& names = *task.mutable_lost_workers();
  if (end.lost_worker.empty() || std::find(names.begin(), names.end(), end.lost_worker) != names.end())
    return;
  *names.Add() = end.lost_worker;
}

RetryDecision Retry(TaskPlace place, absl::Duration backoff, std::string reason) {
  place.stage->set_restarts(place.stage->restarts() + 1);
  return {.retry = true, .backoff = backoff, .reason = std::move(reason)};
}

RetryDecision RetryAfter(TaskPlace place, std::uint32_t failures, absl::string_view what,
                         const std::string& count) {
  const absl::Duration backoff = RetryBackoff(place.task->task(), failures);
  return Retry(
      place, backoff,
      absl::StrCat(what, "; tried again in ", absl::FormatDuration(backoff), " (", count, " allowed)"));
}

RetryDecision CountFailure(TaskPlace place, absl::string_view what, std::uint32_t max_restarts) {
  const std::uint32_t failures = place.task->failures() + 1;
  place.task->set_failures(failures);
  if (failures > max_restarts) {
    return {.reason = absl::StrCat(what, " (attempt ", place.task->task().attempt(), ", failure ", failures,
                                   "; spec.failure.max_restarts is ", max_restarts, ")")};
  }
  return RetryAfter(place, failures, what, absl::StrCat("failure ", failures, " of ", max_restarts));
}

RetryDecision CountFreeRetry(TaskPlace place, absl::string_view what) {
  const std::uint32_t retries = place.task->free_retries() + 1;
  if (retries > kMaxFreeRetries)
    return {.reason = absl::StrCat(what, "; given up after ", kMaxFreeRetries, " retries that do not count")};
  place.task->set_free_retries(retries);
  return RetryAfter(place, retries, what, absl::StrCat("retry ", retries, " of ", kMaxFreeRetries));
}

RetryDecision CountLoss(TaskPlace place, absl::string_view what) {
  const auto& names = place.task->lost_workers();
  if (names.size() >= kMaxLostWorkers) {
    return {.reason = absl::StrCat(what, "; quarantined, as the workers ", absl::StrJoin(names, ", "),
                                   " vanished while they ran it: the task may be what ends them")};
  }
  if (place.task->losses() > kMaxLosses)
    return {.reason = absl::StrCat(what, "; given up after ", kMaxLosses, " lost attempts")};
  return Retry(place, absl::ZeroDuration(), absl::StrCat(what, "; tried again"));
}

RetryDecision ByRule(TaskPlace place, absl::string_view what, const v1::Failure& policy, int rule) {
  const std::string ruled = absl::StrCat(what, " [spec.failure.rules[", rule, "]]");
  switch (policy.rules(rule).action()) {
    case v1::FailureRule::RETRY:
      return CountFailure(place, ruled, policy.max_restarts());
    case v1::FailureRule::RETRY_FREE:
      return CountFreeRetry(place, ruled);
    default:
      return {.reason = ruled};
  }
}

}  // namespace

TaskPlace FindTask(v1::JobRecord& job, absl::string_view task_id) {
  for (v1::StageRecord& stage : *job.mutable_stages()) {
    for (v1::TaskRecord& task : *stage.mutable_tasks()) {
      if (task.task().task_id() == task_id) return {&stage, &task};
    }
  }
  return {};
}

std::string KindName(const v1::StageRecord& stage) {
  return absl::AsciiStrToLower(v1::StageRecord::Kind_Name(stage.kind()));
}

absl::string_view JobIdOf(absl::string_view task_id) { return task_id.substr(0, task_id.rfind('.')); }

bool ForgetTask(v1::JobRecord& job, absl::string_view task_id) {
  const TaskPlace place = FindTask(job, task_id);
  const bool may_advance =
      place.stage->state() == v1::PENDING || place.stage->kind() == v1::StageRecord::RANK;
  if (place.task->task().attempt() > 0 || !may_advance) return false;
  auto& tasks = *place.stage->mutable_tasks();
  tasks.DeleteSubrange(static_cast<int>(place.task - &tasks[0]), 1);
  place.stage->set_tasks_total(place.stage->tasks_total() - 1);
  return true;
}

v1::Fence FenceOf(const v1::Task& task) {
  v1::Fence fence;
  fence.set_task_id(task.task_id());
  fence.set_attempt(task.attempt());
  fence.set_epoch(task.epoch());
  fence.set_rank(task.rank());
  return fence;
}

bool SameFence(const v1::Fence& a, const v1::Fence& b) {
  return a.task_id() == b.task_id() && a.attempt() == b.attempt() && a.epoch() == b.epoch();
}

void StartAttempt(v1::JobRecord& job, TaskPlace place, std::uint32_t workers, std::uint64_t epoch_floor,
                  std::int64_t now_unix_millis) {
  place.task->set_state(MustNextState(place.task->state(), StateEvent::kStart));
  v1::Task& task = *place.task->mutable_task();
  task.set_attempt(task.attempt() + 1);
  task.set_epoch(std::max(task.epoch(), epoch_floor) + 1);
  task.set_world_size(workers);
  task.set_batch_parts(GangSizeOf(job, task.work()).max);
  place.task->set_attempt_started_unix_millis(now_unix_millis);
  if (place.stage->state() == v1::PENDING) {
    place.stage->set_state(MustNextState(v1::PENDING, StateEvent::kStart));
    place.stage->set_started_unix_millis(now_unix_millis);
  }
  if (job.state() == v1::PENDING) {
    job.set_state(MustNextState(v1::PENDING, StateEvent::kStart));
    job.set_started_unix_seconds(now_unix_millis / 1000);
  }
}

AttemptEnd EndOf(const v1::TaskFailure& failure) {
  const FailureKind kind = failure.reason() == v1::TaskFailure::INVALID   ? FailureKind::kInvalid
                           : failure.reason() == v1::TaskFailure::CRASHED ? FailureKind::kCrashed
                                                                          : FailureKind::kFailed;
  return {.kind = kind, .message = failure.message()};
}

RetryDecision EndAttempt(TaskPlace place, const AttemptEnd& end, const v1::Failure& policy) {
  PutBack(place);
  NoteEnd(*place.task, end);
  const std::string what = absl::StrCat(place.stage->name(), ": ", end.message);
  if (end.kind == FailureKind::kInvalid) return {.reason = what};
  if (const std::optional<int> rule = RuleFor(policy, end.kind, end.message))
    return ByRule(place, what, policy, *rule);
  if (end.kind == FailureKind::kLost) return CountLoss(place, what);
  return CountFailure(place, what, policy.max_restarts());
}

void PreemptAttempt(TaskPlace place) {
  PutBack(place);
  place.task->set_preemptions(place.task->preemptions() + 1);
}

std::string RunTimeExceeded(const v1::JobRecord& job, double running_seconds) {
  const std::uint64_t most = job.job().spec().failure().max_run_seconds();
  const double seconds = job.run_seconds() + running_seconds;
  if (most == 0 || seconds <= static_cast<double>(most)) return "";
  return absl::StrCat("its tasks have run for ", static_cast<std::uint64_t>(seconds),
                      " seconds: spec.failure.max_run_seconds is ", most);
}

}  // namespace rad
