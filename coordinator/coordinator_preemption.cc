// Tasks that make room for others, and jobs that have run for long enough.
#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"

namespace rad {
namespace {

// For a step of training and a checkpoint.
constexpr absl::Duration kPreemptionGrace = absl::Seconds(60);

}  // namespace

void Coordinator::Preempt(const Preemption& preemption) {
  LiveTask& live = tasks_[preemption.task_id];
  live.leave_by = clock_.Monotonic() + kPreemptionGrace;
  live.leave_reason = preemption.reason;
  LiveJob& job = *FindJob(JobIdOf(preemption.task_id));
  const TaskPlace place = FindTask(job.record, preemption.task_id);
  Log(absl::StrCat(job.record.job_id(), "/", place.stage->name(),
                   ": is to leave its workers: ", preemption.reason));
  Direct(place.task->task(), [](v1::Directive& directive) { return directive.mutable_preempt(); });
}

absl::Status Coordinator::TakePreempted(Located located, const std::string& how) {
  const std::string task_id = located.place.task->task().task_id();
  const std::string kind = KindName(*located.place.stage);
  const double seconds = SecondsOf(task_id);
  Update update(store_.NewChange());
  update.record = located.job->record;
  PreemptAttempt(FindTask(update.record, task_id));
  const RetryDecision again{.retry = true, .reason = absl::StrCat(tasks_[task_id].leave_reason, "; ", how)};
  absl::Status status = TakeRetry(*located.job, std::move(update), task_id, again);
  if (status.ok()) metrics_.TaskEnded(kind, "preempted", seconds);
  return status;
}

// A failed write leaves the task as it is, and the next Tick tries again.
void Coordinator::ExpirePreemptions() {
  const absl::Duration now = clock_.Monotonic();
  const auto overdue = TasksThat([&](const LiveTask& live) -> std::string {
    return live.leave_by <= now ? "stopped, as it did not leave in time" : "";
  });
  for (const auto& [fence, how] : overdue) {
    const absl::Status status = TakePreempted(Locate(fence), how);
    if (!status.ok()) Log(status.ToString());
  }
}

void Coordinator::ExpireRunTimes() {
  for (auto next = limited_jobs_.begin(); next != limited_jobs_.end();) {
    LiveJob& job = *(next++)->second;  // it may end, and leave the list
    double running = 0;
    for (const v1::StageRecord& stage : job.record.stages()) {
      for (const v1::TaskRecord& task : stage.tasks()) {
        const std::string& id = task.task().task_id();
        if (task.state() == v1::RUNNING && !AwaitsAdoption(tasks_[id])) running += SecondsOf(id);
      }
    }
    const std::string reason = RunTimeExceeded(job.record, running);
    if (reason.empty()) continue;
    const absl::Status status = StopJob(job, store_.NewChange(), v1::FAILED, reason);
    if (!status.ok()) Log(status.ToString());
  }
}

}  // namespace rad
