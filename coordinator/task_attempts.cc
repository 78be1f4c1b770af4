#include "coordinator/task_attempts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/gang_size.h"
#include "coordinator/job_state.h"

namespace rad {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
constexpr absl::Duration kLongestBackoff = absl::Seconds(30);

void PutBack(TaskPlace place) {
  place.task->set_state(MustNextState(place.task->state(), StateEvent::kRetry));
  // From here on the attempt's reports are stale, even before the next one starts.
  place.task->mutable_task()->set_epoch(place.task->task().epoch() + 1);
}

// Only of an attempt that another one follows.
void CountRestart(TaskPlace place) { place.stage->set_restarts(place.stage->restarts() + 1); }

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
  if (place.stage->state() == v1::PENDING) {
    place.stage->set_state(MustNextState(v1::PENDING, StateEvent::kStart));
    place.stage->set_started_unix_millis(now_unix_millis);
  }
  if (job.state() == v1::PENDING) {
    job.set_state(MustNextState(v1::PENDING, StateEvent::kStart));
    job.set_started_unix_seconds(now_unix_millis / 1000);
  }
}

RetryDecision LoseAttempt(TaskPlace place, absl::string_view why) {
  PutBack(place);
  place.task->set_losses(place.task->losses() + 1);
  const std::string what = absl::StrCat(place.stage->name(), ": ", why);
  if (place.task->losses() > kMaxLosses) {
    return {.reason = absl::StrCat(what, "; given up after ", kMaxLosses,
                                   " lost workers: the task may be what ends them")};
  }
  CountRestart(place);
  return {.retry = true, .reason = absl::StrCat(what, "; tried again")};
}

void PreemptAttempt(TaskPlace place) {
  PutBack(place);
  place.task->set_preemptions(place.task->preemptions() + 1);
}

RetryDecision FailAttempt(TaskPlace place, const v1::TaskFailure& failure, std::uint32_t max_restarts) {
  PutBack(place);
  place.task->set_failures(place.task->failures() + 1);
  const std::uint32_t failures = place.task->failures();
  const std::string what = absl::StrCat(place.stage->name(), ": ", failure.message());
  if (failure.reason() == v1::TaskFailure::INVALID) return {.reason = what};
  if (failures > max_restarts) {
    return {.reason = absl::StrCat(what, " (attempt ", place.task->task().attempt(), ", failure ", failures,
                                   "; spec.failure.max_restarts is ", max_restarts, ")")};
  }
  CountRestart(place);
  const absl::Duration backoff = std::min(kLongestBackoff, kFirstBackoff * (1 << std::min(failures - 1, 5u)));
  return {.retry = true,
          .backoff = backoff,
          .reason = absl::StrCat(what, "; tried again in ", absl::FormatDuration(backoff), " (failure ",
                                 failures, " of ", max_restarts, " allowed)")};
}

std::string RunTimeExceeded(const v1::JobRecord& job, double running_seconds) {
  const std::uint64_t most = job.job().spec().failure().max_run_seconds();
  const double seconds = job.run_seconds() + running_seconds;
  if (most == 0 || seconds <= static_cast<double>(most)) return "";
  return absl::StrCat("its tasks have run for ", static_cast<std::uint64_t>(seconds),
                      " seconds: spec.failure.max_run_seconds is ", most);
}

}  // namespace rad
