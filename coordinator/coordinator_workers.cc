// What workers tell the coordinator: that they live, progress, results.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"
#include "coordinator/score_rows.h"
#include "coordinator/stage_result.h"
#include "coordinator/work_digest.h"
#include "proto/failpoint.h"
#include "proto/protocol_version.h"

namespace rad {
namespace {

constexpr absl::Duration kProgressEvery = absl::Milliseconds(400);
// A heartbeat may have been under way when the task was sent; this many without it are no accident.
constexpr int kHeartbeatsWithout = 3;
constexpr std::uint64_t kMaxLogLines = 200'000;  // of one job
constexpr std::size_t kMaxLogLineBytes = 4096;

v1::Directive Acknowledge(const v1::Fence& fence) {
  v1::Directive directive;
  *directive.mutable_acknowledged() = fence;
  return directive;
}

// A rank is done while rank 0 is still to publish or to save, or lost touch with one that is still to say
// why.
bool OfOneRank(const v1::TaskFinished& finished) {
  const bool done = finished.has_result() || finished.failure().reason() == v1::TaskFailure::PREEMPTED;
  return (done && finished.fence().rank() != 0) || finished.failure().reason() == v1::TaskFailure::PEER_LOST;
}

std::string Cut(std::string text) {
  if (text.size() > kMaxLogLineBytes) text.resize(kMaxLogLineBytes);
  return text;
}

absl::Status TakenOver() { return absl::AbortedError("a newer session took over"); }

}  // namespace

absl::StatusOr<v1::RegisterResponse> Coordinator::Register(const v1::RegisterRequest& request) {
  if (request.protocol_version() != kProtocolVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("worker \"", request.name(), "\" (version ", request.version(), ") speaks protocol ",
                     request.protocol_version(), ", this coordinator protocol ", kProtocolVersion,
                     ": install the same version of both"));
  }
  absl::MutexLock lock(&mutex_);
  std::string id = absl::StrCat("w", lives_, "-", ++workers_registered_);
  const auto is_same = [&](const auto& entry) {
    return !request.incarnation().empty() && entry.second.about.incarnation() == request.incarnation();
  };
  std::erase_if(workers_, [&](const auto& entry) { return is_same(entry) && entry.second.lost; });
  const auto known = std::find_if(workers_.begin(), workers_.end(), is_same);
  if (known != workers_.end()) id = known->first;  // a repeated call of the same agent
  LiveWorker& worker = workers_[id];
  worker.id = id;
  worker.about = request;
  worker.lease_until = clock_.Monotonic() + options_.lease;
  Log(absl::StrCat("worker ", id, " (", request.name(), " on ", request.host(), ") registered"));
  v1::RegisterResponse response;
  stale_ = true;
  response.set_worker_id(id);
  response.set_lease_seconds(static_cast<std::uint32_t>(absl::ToInt64Seconds(options_.lease)));
  return response;
}

absl::StatusOr<LiveWorker*> Coordinator::FindLiveWorker(const std::string& worker_id) {
  const auto found = workers_.find(worker_id);
  if (found != workers_.end() && !found->second.lost) return &found->second;
  return absl::NotFoundError(
      absl::StrCat("worker \"", worker_id, "\" is not registered, or its lease ran out: register"));
}

absl::Status Coordinator::Attach(const std::string& worker_id, std::shared_ptr<DirectiveSink> sink) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return Stopping();
  absl::StatusOr<LiveWorker*> worker = FindLiveWorker(worker_id);
  if (!worker.ok()) return worker.status();
  if ((*worker)->sink != nullptr) (*worker)->sink->Close(TakenOver());
  (*worker)->sink = std::move(sink);
  (*worker)->introduced = false;
  (*worker)->heartbeats_without = 0;
  stale_ = true;
  if (HangWatch* watch = WatchOf(**worker)) watch->LoseSight();
  return absl::OkStatus();
}

void Coordinator::Detach(const std::string& worker_id, const DirectiveSink* sink, bool departed) {
  absl::MutexLock lock(&mutex_);
  const auto found = workers_.find(worker_id);
  if (found == workers_.end() || found->second.sink.get() != sink) return;
  found->second.sink = nullptr;
  stale_ = true;
  if (!departed || found->second.lost) return;
  LoseWorker(found->second, "left", /*suspect=*/false);
  workers_.erase(found);
  Reschedule();
}

absl::Status Coordinator::Receive(const v1::WorkerMessage& message, const DirectiveSink* session) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return Stopping();
  absl::StatusOr<LiveWorker*> worker = FindLiveWorker(message.worker_id());
  if (!worker.ok()) return worker.status();
  if ((*worker)->sink.get() != session) return TakenOver();
  (*worker)->lease_until = clock_.Monotonic() + options_.lease;
  if (HangWatch* watch = WatchOf(**worker)) watch->Hear(clock_.Monotonic(), options_.lease / 2);
  switch (message.message_case()) {
    case v1::WorkerMessage::kHeartbeat:
      ReceiveHeartbeat(**worker, message.heartbeat());
      break;
    case v1::WorkerMessage::kProgress:
      ReceiveProgress(message.progress());
      break;
    case v1::WorkerMessage::kFinished:
      ReceiveFinished(**worker, message.finished());
      break;
    case v1::WorkerMessage::kLog:
      ReceiveLog(message.log());
      break;
    case v1::WorkerMessage::MESSAGE_NOT_SET:
      break;
  }
  return absl::OkStatus();
}

HangWatch* Coordinator::WatchOf(const LiveWorker& worker) {
  if (!worker.assigned) return nullptr;
  const auto task = tasks_.find(worker.assigned->task_id());
  if (task == tasks_.end() || task->second.seats.empty()) return nullptr;
  return task->second.seats[0].worker_id == worker.id ? &task->second.hang : nullptr;
}

Coordinator::Located Coordinator::Locate(const v1::Fence& fence) {
  LiveJob* job = FindJob(JobIdOf(fence.task_id()));
  if (job == nullptr) return {};
  const TaskPlace place = FindTask(job->record, fence.task_id());
  if (!place || place.task->state() != v1::RUNNING || !SameFence(FenceOf(place.task->task()), fence))
    return {};
  return {job, place};
}

absl::Status Coordinator::StaleFence(const v1::Fence& fence) {
  metrics_.StaleReport();
  return absl::FailedPreconditionError(absl::StrCat("task ", fence.task_id(), " attempt ", fence.attempt(),
                                                    " (epoch ", fence.epoch(),
                                                    ") is no longer the running one"));
}

Seat* Coordinator::FindSeat(const v1::Fence& fence) {
  if (!Locate(fence)) return nullptr;
  std::vector<Seat>& seats = tasks_[fence.task_id()].seats;
  return fence.rank() < seats.size() ? &seats[fence.rank()] : nullptr;
}

bool Coordinator::IsSeated(const LiveWorker& worker) {
  const Seat* seat = worker.assigned ? FindSeat(*worker.assigned) : nullptr;
  return seat != nullptr && seat->worker_id == worker.id && !seat->ended;
}

void Coordinator::ReceiveHeartbeat(LiveWorker& worker, const v1::Heartbeat& heartbeat) {
  if (worker.sink != nullptr) {
    v1::Directive renewed;
    renewed.mutable_renewed();
    worker.sink->Send(renewed);
  }
  bool lists_assigned = false;
  for (const v1::Fence& fence : heartbeat.running()) {
    ReceiveRunning(worker, fence);
    lists_assigned |= worker.assigned && SameFence(*worker.assigned, fence);
  }
  if (!std::exchange(worker.introduced, true)) stale_ = true;
  if (lists_assigned) {
    worker.heartbeats_without = 0;
  } else if (worker.assigned) {
    ReceiveNotRunning(worker);
  }
  Dispatch();
}

// The worker runs `fence`: its own, one it kept through our restart, or one that must stop.
void Coordinator::ReceiveRunning(LiveWorker& worker, const v1::Fence& fence) {
  if (!worker.assigned) {  // not idle after all, whatever becomes of the attempt
    stale_ = true;
    worker.assigned = fence;
    worker.assigned_at = clock_.Monotonic();
  }
  if (Seat* seat = FindSeat(fence)) {
    if (seat->worker_id.empty()) {
      const Located located = Locate(fence);
      seat->worker_id = worker.id;
      worker.running = absl::StrCat(located.job->record.job_id(), "/", located.place.stage->name());
      Log(absl::StrCat(worker.running, ": still running on ", worker.about.name()));
    }
    if (seat->worker_id == worker.id) return;
  }
  if (worker.sink == nullptr) return;
  v1::Directive stop;
  *stop.mutable_stop() = fence;
  worker.sink->Send(stop);
}

void Coordinator::ReceiveNotRunning(LiveWorker& worker) {
  if (!IsSeated(worker)) {  // it was told to stop, and has
    stale_ = true;
    worker.assigned.reset();
    worker.heartbeats_without = 0;
    return;
  }
  const bool long_ago = clock_.Monotonic() - worker.assigned_at > options_.lease / 2;
  if (++worker.heartbeats_without < kHeartbeatsWithout || !long_ago) return;
  // The start may still be on its way: a stop goes after it, and the worker is not idle before its next word.
  const absl::Status status =
      TakeEnd(Locate(*worker.assigned),
              {FailureKind::kLost, absl::StrCat("worker ", worker.about.name(), " does not run it")});
  if (!status.ok()) Log(status.ToString());
}

void Coordinator::ReceiveProgress(const v1::TaskProgress& progress) {
  const Located located = Locate(progress.fence());
  if (!located) {
    metrics_.StaleReport();
    return;
  }
  LiveTask& live = tasks_[progress.fence().task_id()];
  const std::uint32_t rank = progress.fence().rank();
  if (rank < live.seats.size())
    live.seats[rank].cost.Observe(progress.progress().step(), progress.progress().compute_seconds());
  if (rank != 0) return;  // rank 0 speaks for all
  live.hang.Observe(progress.progress());
  live.progress = progress.progress();
  live.has_progress = true;
  if (clock_.Monotonic() - located.job->progress_at < kProgressEvery && located.job->progress) return;
  PublishProgress(*located.job, located.place.stage->name());
}

void Coordinator::ReceiveFinished(LiveWorker& worker, const v1::TaskFinished& finished) {
  const Located located = Locate(finished.fence());
  if (located) {
    if (absl::Status status = TakeFinished(located, finished); !status.ok()) {
      Log(absl::StrCat("the end of task ", finished.fence().task_id(),
                       " could not be stored: ", status.ToString()));
      return;  // not acknowledged: the worker sends it again
    }
  } else if (finished.failure().reason() != v1::TaskFailure::CANCELLED && !OfOneRank(finished)) {
    metrics_.StaleReport();
  }
  Failpoint("finish_before_acknowledge");
  if (worker.assigned && SameFence(*worker.assigned, finished.fence())) worker.assigned.reset();
  if (worker.sink != nullptr) worker.sink->Send(Acknowledge(finished.fence()));
  Reschedule();
}

void Coordinator::EndRank(const v1::TaskFinished& finished) {
  Seat* seat = FindSeat(finished.fence());
  if (seat == nullptr) return;
  seat->ended = true;
  LiveTask& live = tasks_[finished.fence().task_id()];
  if (finished.failure().reason() == v1::TaskFailure::PEER_LOST)
    live.peer_lost_until = std::min(live.peer_lost_until, clock_.Monotonic() + options_.lease);
}

absl::Status Coordinator::TakeFinished(Located located, const v1::TaskFinished& finished) {
  if (OfOneRank(finished)) {
    EndRank(finished);
    return absl::OkStatus();
  }
  const v1::Task& task = located.place.task->task();
  v1::TaskFailure failure = finished.failure();
  if (finished.outcome_case() == v1::TaskFinished::kResult) {
    absl::Status valid = CheckResult(task.work(), finished.result());
    const std::string& artifact_id = finished.result().artifact_id();
    if (valid.ok() && !artifact_id.empty() && !catalog_.Exists(artifact_id)) {
      valid = absl::InvalidArgumentError(absl::StrCat("its artifact ", artifact_id, " was never committed"));
    }
    if (valid.ok()) return TakeResult(located, finished.result());
    failure.set_reason(v1::TaskFailure::FAILED);
    failure.set_message(absl::StrCat("the worker's report cannot be used: ", valid.message()));
  }
  return TakeFailure(located, failure);
}

void Coordinator::StoreScores(const v1::Work& work, const v1::HeadScores& scores, JobStore::Change& change) {
  const v1::ScoreOrigin origin = ScoreOriginOf(work);
  const std::string key = ScoreKey(origin);
  knowledge_.AddScores(key, scores);
  found_.insert(key);
  const ScoreTable& table = knowledge_.Scores(key);
  change.PutScores(key, MakeScoreRow(origin, table, std::nullopt));
  for (const v1::Head& head : work.score().heads()) {
    change.PutScores(key, MakeScoreRow(origin, table, HeadRef{head.layer(), head.head()}));
  }
}

absl::Status Coordinator::TakeResult(Located located, const v1::TaskResult& result) {
  const v1::Task task = located.place.task->task();
  const std::string kind = KindName(*located.place.stage);
  const double seconds = SecondsOf(task.task_id());
  Update update(store_.NewChange());
  update.record = located.job->record;
  v1::TaskResult kept = result;
  if (task.work().has_score()) {
    StoreScores(task.work(), result.scores(), update.change);
    kept.clear_scores();
  }
  update.outcome = FinishTask(update.record, task.task_id(), kept, InputNow());
  if (absl::Status status = Apply(*located.job, std::move(update)); !status.ok()) return status;
  metrics_.TaskEnded(kind, "succeeded", seconds);
  const v1::ScoreHeads& score = task.work().score();
  metrics_.HeadsScored(1.0 * score.heads_size() * (score.example_end() - score.example_begin()));
  finished_digests_.push_back(task.digest());
  return absl::OkStatus();
}

void Coordinator::ReceiveLog(const v1::TaskLog& log) {
  const Located located = Locate(log.fence());
  if (!located) return;  // lines of an old attempt
  LiveJob& job = *located.job;
  std::vector<v1::LogLine> lines;
  for (const std::string& text : log.lines()) {
    if (job.log_end + lines.size() >= kMaxLogLines) break;
    v1::LogLine& line = lines.emplace_back();
    line.set_unix_millis(NowMillis());
    line.set_stage(located.place.stage->name());
    line.set_attempt(log.fence().attempt());
    line.set_rank(log.fence().rank());
    line.set_text(Cut(text));
  }
  if (absl::Status status = store_.AppendLog(job.record.job_id(), job.log_end, lines); !status.ok()) {
    Log(absl::StrCat("log lines lost: ", status.ToString()));
    return;
  }
  job.log_end += lines.size();
  Changed(job);
}

}  // namespace rad
