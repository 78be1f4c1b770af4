// Attempts that end without a result, and what becomes of their tasks.
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"

namespace rad {
namespace {

const char* OutcomeOf(FailureKind kind) {
  return kind == FailureKind::kLost ? "lost" : kind == FailureKind::kHung ? "hung" : "failed";
}

}  // namespace

absl::Status Coordinator::TakeFailure(Located located, const v1::TaskFailure& failure) {
  if (failure.reason() == v1::TaskFailure::CANCELLED) {  // nobody asked for it: the worker itself is stopping
    return TakeEnd(located, {FailureKind::kLost, "its worker stopped it"});
  }
  if (failure.reason() == v1::TaskFailure::PREEMPTED) return TakePreempted(located, failure.message());
  return TakeEnd(located, EndOf(failure));
}

absl::Status Coordinator::TakeEnd(Located located, const AttemptEnd& end) {
  Update update(store_.NewChange());
  update.record = located.job->record;
  const std::string task_id = located.place.task->task().task_id();
  const std::string kind = KindName(*located.place.stage);
  const double seconds = SecondsOf(task_id);
  const RetryDecision decision =
      EndAttempt(FindTask(update.record, task_id), end, update.record.job().spec().failure());
  absl::Status status = TakeRetry(*located.job, std::move(update), task_id, decision);
  if (status.ok()) metrics_.TaskEnded(kind, OutcomeOf(end.kind), seconds);
  return status;
}

absl::Status Coordinator::TakeRetry(LiveJob& job, Update update, const std::string& task_id,
                                    const RetryDecision& decision) {
  const std::string stage = FindTask(update.record, task_id).stage->name();
  update.outcome.notes.push_back({stage, decision.reason});
  if (!decision.retry) {
    v1::StageRecord& failed = *FindTask(update.record, task_id).stage;
    failed.set_state(MustNextState(failed.state(), StateEvent::kFail));
    EndJob(update.record, v1::FAILED, decision.reason, NowMillis());
  }
  if (absl::Status status = Apply(job, std::move(update)); !status.ok()) return status;
  if (!decision.retry) return absl::OkStatus();
  const absl::Duration now = clock_.Monotonic();
  tasks_[task_id] = LiveTask{.not_before = now + decision.backoff, .ready_since = now + decision.backoff};
  KeepReady(job);
  return absl::OkStatus();
}

// A failed write leaves the task as it is, and the next Tick tries again.
void Coordinator::EndTasks(FailureKind kind, const std::function<std::string(const LiveTask&)>& why) {
  for (const auto& [fence, reason] : TasksThat(why)) {
    const Located located = Locate(fence);
    if (!located) continue;
    if (const absl::Status status = TakeEnd(located, {kind, reason}); !status.ok()) Log(status.ToString());
  }
}

// One that was asked to make room is given its own time for that.
void Coordinator::ExpireHangs() {
  EndTasks(FailureKind::kHung, [](const LiveTask& live) -> std::string {
    return live.leave_by == absl::InfiniteDuration() ? live.hang.Hung() : "";
  });
}

}  // namespace rad
