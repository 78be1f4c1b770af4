// Sweeps: their ledgers, and the jobs of their points. A row of a ledger changes in the batch in which its
// job does, so what a restarted coordinator reads is never half a step.
#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"
#include "coordinator/stage_graph.h"
#include "coordinator/sweep_job.h"
#include "coordinator/sweep_ledger.h"
#include "coordinator/sweep_planner.h"
#include "coordinator/sweep_points.h"
#include "coordinator/sweep_status.h"

namespace rad {
namespace {

using Action = v1::ControlSweepRequest;

absl::Status Refuse(const v1::SweepRecord& sweep, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat(sweep.sweep_id(), " ", why));
}

// `record` and `rows` as the user wants them; what follows from that is AdvanceSweep's.
absl::Status Change(Action::Action action, const std::vector<v1::SweepPoint>& points, v1::SweepRecord& record,
                    std::vector<v1::SweepPoint>& rows) {
  const bool ended = IsTerminal(record.state());
  switch (action) {
    case Action::PAUSE:
    case Action::RESUME:
      if (ended) return Refuse(record, absl::StrCat("has already ended: ", v1::State_Name(record.state())));
      record.set_paused(action == Action::PAUSE);
      return absl::OkStatus();
    case Action::CANCEL:
      if (record.state() == v1::CANCELLED) return absl::OkStatus();
      if (ended) return Refuse(record, absl::StrCat("has already ended: ", v1::State_Name(record.state())));
      record.set_cancelling(true);
      return absl::OkStatus();
    case Action::RETRY:
      if (record.cancelling())
        return Refuse(record, "was cancelled: submit it again, what is known costs nothing");
      for (const v1::SweepPoint& point : points) {
        if (point.state() == v1::FAILED) RetryPoint(rows.emplace_back(point));
      }
      if (rows.empty()) return Refuse(record, "has no failed points");
      record.set_state(v1::RUNNING);
      record.set_finished_unix_seconds(0);
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("action is missing; give PAUSE, RESUME, RETRY or CANCEL");
  }
}

}  // namespace

absl::Status Coordinator::RecoverSweeps() {
  absl::StatusOr<std::vector<v1::SweepRecord>> records = store_.LoadSweeps();
  if (!records.ok()) return records.status();
  for (v1::SweepRecord& record : *records) {
    absl::StatusOr<std::vector<v1::SweepPoint>> points = store_.SweepPoints(record.sweep_id());
    if (!points.ok()) return points.status();
    LiveSweep& sweep = sweeps_[record.order()];
    sweep.points = *std::move(points);
    sweep.record = std::move(record);
  }
  return absl::OkStatus();
}

LiveSweep* Coordinator::FindSweep(absl::string_view sweep_id) {
  for (auto& [order, sweep] : sweeps_) {
    if (sweep.record.sweep_id() == sweep_id) return &sweep;
  }
  return nullptr;
}

absl::StatusOr<LiveSweep*> Coordinator::ResolveSweep(const std::string& name) {
  if (LiveSweep* exact = FindSweep(name); exact != nullptr) return exact;
  for (auto sweep = sweeps_.rbegin(); sweep != sweeps_.rend(); ++sweep) {
    if (sweep->second.record.sweep().metadata().name() == name) return &sweep->second;
  }
  return absl::NotFoundError(absl::StrCat("no sweep \"", name, "\": radctl sweep list shows them"));
}

absl::StatusOr<v1::SweepStatus> Coordinator::SubmitSweep(const RequestMark& request, const v1::Sweep& sweep) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<std::optional<std::string>> first = IdOfRequest(request);
  if (!first.ok()) return first.status();
  if (first->has_value()) {
    const LiveSweep& earlier = *FindSweep(**first);
    return MakeSweepStatus(earlier.record, earlier.points, v1::METRIC_UNSPECIFIED);
  }
  if (absl::Status room = store_.CheckFreeSpace(); !room.ok()) return room;
  v1::SweepRecord record;
  record.set_order(sweeps_.empty() ? 1 : sweeps_.rbegin()->first + 1);
  record.set_sweep_id(absl::StrCat("sweep-", record.order()));
  *record.mutable_sweep() = sweep;
  record.set_state(v1::PENDING);
  record.set_submitted_unix_seconds(NowMillis() / 1000);
  LiveSweep live{record, ExpandPoints(sweep.spec())};
  JobStore::Change change = store_.NewChange();
  Remember(request, record.sweep_id(), change);
  if (absl::Status status = ApplySweep(live, record, live.points, std::move(change)); !status.ok())
    return status;
  LiveSweep& kept = sweeps_.emplace(record.order(), std::move(live)).first->second;
  Reschedule();
  return MakeSweepStatus(kept.record, kept.points, v1::METRIC_UNSPECIFIED);
}

v1::SweepStatus Coordinator::PreviewSweep(const v1::Sweep& sweep) const {
  v1::SweepRecord record;
  *record.mutable_sweep() = sweep;
  return MakeSweepStatus(record, ExpandPoints(sweep.spec()), v1::METRIC_UNSPECIFIED);
}

absl::StatusOr<v1::SweepStatus> Coordinator::GetSweep(const std::string& name, v1::Metric metric) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<LiveSweep*> sweep = ResolveSweep(name);
  if (!sweep.ok()) return sweep.status();
  return MakeSweepStatus((*sweep)->record, (*sweep)->points, metric);
}

v1::ListSweepsResponse Coordinator::ListSweeps() {
  absl::MutexLock lock(&mutex_);
  v1::ListSweepsResponse response;
  for (auto sweep = sweeps_.rbegin(); sweep != sweeps_.rend(); ++sweep) {
    v1::SweepStatus* status = response.add_sweeps();
    *status = MakeSweepStatus(sweep->second.record, sweep->second.points, v1::METRIC_UNSPECIFIED);
    for (v1::SweepPoint& point : *status->mutable_points()) point.clear_trials();
  }
  return response;
}

absl::StatusOr<v1::SweepStatus> Coordinator::ControlSweep(const RequestMark& request, const std::string& name,
                                                          v1::ControlSweepRequest::Action action) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<std::optional<std::string>> first = IdOfRequest(request);
  if (!first.ok()) return first.status();
  const absl::StatusOr<LiveSweep*> found = ResolveSweep(first->value_or(name));
  if (!found.ok()) return found.status();
  LiveSweep& sweep = **found;
  if (!first->has_value()) {
    v1::SweepRecord record = sweep.record;
    std::vector<v1::SweepPoint> rows;
    if (absl::Status status = Change(action, sweep.points, record, rows); !status.ok()) return status;
    JobStore::Change change = store_.NewChange();
    Remember(request, record.sweep_id(), change);
    if (absl::Status status = ApplySweep(sweep, record, rows, std::move(change)); !status.ok()) return status;
    Log(absl::StrCat(record.sweep_id(), ": ", Action::Action_Name(action), " by a user"));
    Reschedule();
  }
  return MakeSweepStatus(sweep.record, sweep.points, v1::METRIC_UNSPECIFIED);
}

absl::Status Coordinator::ApplySweep(LiveSweep& sweep, v1::SweepRecord record,
                                     const std::vector<v1::SweepPoint>& rows, JobStore::Change change) {
  change.PutSweep(record);
  for (const v1::SweepPoint& row : rows) change.PutSweepPoint(record.sweep_id(), row);
  if (absl::Status status = store_.Commit(std::move(change)); !status.ok()) return status;
  sweep.record = std::move(record);
  for (const v1::SweepPoint& row : rows) sweep.points[row.point() - 1] = row;
  return absl::OkStatus();
}

std::optional<v1::SweepPoint> Coordinator::RowAfter(const v1::JobRecord& before,
                                                    const v1::JobRecord& record) {
  if (record.sweep_id().empty() || IsTerminal(before.state()) || !IsTerminal(record.state()))
    return std::nullopt;
  const LiveSweep& sweep = *FindSweep(record.sweep_id());
  v1::SweepPoint row = sweep.points[record.sweep_point() - 1];
  EndTrial(row, record, LastRung(sweep.record.sweep().spec()));
  return row;
}

bool Coordinator::AdvanceSweeps() {
  bool moved = false;
  for (auto& [order, sweep] : sweeps_) {
    if (IsTerminal(sweep.record.state())) continue;
    const absl::StatusOr<bool> advanced = AdvanceSweep(sweep);
    if (!advanced.ok()) {  // Tick tries again
      unfinished_ = true;
      Log(absl::StrCat(sweep.record.sweep_id(), " cannot go on: ", advanced.status().ToString()));
    } else {
      moved |= *advanced;
    }
  }
  return moved;
}

absl::StatusOr<bool> Coordinator::AdvanceSweep(LiveSweep& sweep) {
  const SweepDecision decision = DecideSweep(sweep.record, sweep.points);
  for (const std::string& job_id : decision.cancels) {
    absl::Status status =
        StopJob(*FindJob(job_id), store_.NewChange(), v1::CANCELLED, "its sweep was cancelled");
    if (!status.ok()) return status;
  }
  for (const SweepDecision::Start& start : decision.starts) {
    if (absl::Status status = StartPoint(sweep, start.point, start.rung); !status.ok()) return status;
  }
  const bool changed = decision.state != sweep.record.state() || decision.reason != sweep.record.reason();
  if (!changed && decision.ends.empty()) return false;
  v1::SweepRecord record = sweep.record;
  record.set_state(decision.state);
  record.set_reason(decision.reason);
  if (IsTerminal(decision.state)) record.set_finished_unix_seconds(NowMillis() / 1000);
  std::vector<v1::SweepPoint> rows;
  for (const SweepDecision::End& end : decision.ends) {
    v1::SweepPoint& row = rows.emplace_back(sweep.points[end.point - 1]);
    EndPoint(row, end.state, end.reason);
    row.set_stopped_early(end.stopped_early);
  }
  if (absl::Status status = ApplySweep(sweep, std::move(record), rows, store_.NewChange()); !status.ok())
    return status;
  Log(absl::StrCat(sweep.record.sweep_id(), ": ", sweep.record.reason()));
  return true;
}

// A point whose job cannot be made (another version of the coordinator took it) fails alone.
absl::Status Coordinator::StartPoint(LiveSweep& sweep, std::uint32_t number, std::uint32_t rung) {
  v1::SweepPoint row = sweep.points[number - 1];
  const absl::StatusOr<v1::Job> job = JobOfPoint(sweep.record.sweep(), sweep.record.sweep_id(), row, rung);
  if (!job.ok()) {
    EndPoint(row, v1::FAILED, std::string(job.status().message()));
    return ApplySweep(sweep, sweep.record, {row}, store_.NewChange());
  }
  v1::JobRecord record = NewJobRecord(*job);
  record.set_sweep_id(sweep.record.sweep_id());
  record.set_sweep_point(number);
  StartTrial(row, absl::StrCat("job-", NextOrder()), rung);
  JobStore::Change change = store_.NewChange();
  change.PutSweepPoint(sweep.record.sweep_id(), row);
  const absl::StatusOr<LiveJob*> created = CreateJob(std::move(record), std::move(change));
  if (!created.ok()) return created.status();
  sweep.points[number - 1] = std::move(row);
  return absl::OkStatus();
}

}  // namespace rad
