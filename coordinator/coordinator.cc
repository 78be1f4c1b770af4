#include "coordinator/coordinator.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"
#include "coordinator/work_digest.h"
#include "proto/failpoint.h"

namespace rad {
namespace {

// Sequence numbers are reserved on disk in blocks, so that events that are not stored (progress) can have one
// too and none is ever used twice.
constexpr std::uint64_t kSequenceBlock = 4096;

// Each carries the job's status as of then; those of a job that has ended are read but for how it came to
// that.
constexpr std::size_t kEventsOfEndedJob = 32;

std::map<std::string, const v1::TaskRecord*> TasksOf(const v1::JobRecord& job) {
  std::map<std::string, const v1::TaskRecord*> tasks;
  for (const v1::StageRecord& stage : job.stages()) {
    for (const v1::TaskRecord& task : stage.tasks()) tasks[task.task().task_id()] = &task;
  }
  return tasks;
}

// The attempts that run in `before` and no longer in `after`.
std::vector<const v1::Task*> EndedAttempts(const v1::JobRecord& before, const v1::JobRecord& after) {
  const auto tasks_after = TasksOf(after);
  std::vector<const v1::Task*> ended;
  for (const auto& [id, record] : TasksOf(before)) {
    const auto still = tasks_after.find(id);
    const bool runs_on =
        still != tasks_after.end() && SameFence(FenceOf(record->task()), FenceOf(still->second->task()));
    if (record->state() == v1::RUNNING && !runs_on) ended.push_back(&record->task());
  }
  return ended;
}

}  // namespace

Coordinator::Coordinator(JobStore& store, ArtifactCatalog& catalog, const Clock& clock,
                         CoordinatorMetrics& metrics, CoordinatorOptions options)
    : store_(store),
      catalog_(catalog),
      clock_(clock),
      metrics_(metrics),
      options_(options),
      knowledge_(store, catalog) {}

absl::Status Coordinator::Recover() {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::uint64_t> sequence = store_.Counter(kSequenceCounter);
  if (!sequence.ok()) return sequence.status();
  absl::StatusOr<std::uint64_t> lives = store_.Counter(kLivesCounter);
  if (!lives.ok()) return lives.status();
  absl::StatusOr<std::uint64_t> epoch_floor = store_.Counter(kEpochFloorCounter);
  if (!epoch_floor.ok()) return epoch_floor.status();
  epoch_floor_ = *epoch_floor;
  next_sequence_ = reserved_sequence_ = *sequence + 1;
  lives_ = *lives + 1;
  JobStore::Change change = store_.NewChange();
  change.PutCounter(kLivesCounter, lives_);
  if (absl::Status status = store_.Commit(std::move(change)); !status.ok()) return status;
  Failpoint("recovery_counted");

  absl::StatusOr<std::vector<v1::JobRecord>> records = store_.LoadJobs();
  if (!records.ok()) return records.status();
  const absl::Duration now = clock_.Monotonic();
  for (v1::JobRecord& record : *records) {
    for (const auto& [id, task] : TasksOf(record)) {
      LiveTask& live = tasks_[id];
      if (task->state() == v1::RUNNING) running_[id] = &live;
      live = LiveTask{.seats = std::vector<Seat>(std::max(1u, task->task().world_size())),
                      .adopt_until = now + options_.lease,
                      .ready_since = now,
                      .started_at = StartOf(*task),
                      .hang = HangWatch(absl::Seconds(record.job().spec().failure().hang_seconds()))};
    }
    absl::StatusOr<std::uint64_t> log_end = store_.LogEnd(record.job_id());
    if (!log_end.ok()) return log_end.status();
    order_of_[record.job_id()] = record.order();
    LiveJob& job = jobs_[record.order()];
    job.log_end = *log_end;
    if (!IsTerminal(record.state())) Log(absl::StrCat(record.job_id(), ": resumed"));
    job.record = std::move(record);
    KeepReady(job);
    Enlist(job);
  }
  if (absl::Status status = RecoverQueues(); !status.ok()) return status;
  return RecoverSweeps();
}

PlanInput Coordinator::InputNow() { return {knowledge_, std::max(1u, LiveWorkerCount()), NowMillis()}; }

absl::StatusOr<std::uint64_t> Coordinator::NextSequence() {
  if (next_sequence_ >= reserved_sequence_) {
    JobStore::Change change = store_.NewChange();
    change.PutCounter(kSequenceCounter, reserved_sequence_ + kSequenceBlock);
    if (absl::Status status = store_.Commit(std::move(change)); !status.ok()) return status;
    reserved_sequence_ += kSequenceBlock;
  }
  return next_sequence_++;
}

v1::Event Coordinator::MakeEvent(const v1::JobRecord& record, const Waiting& waiting, const PlanNote& note,
                                 std::uint64_t sequence) {
  v1::Event event;
  event.set_sequence(sequence);
  event.set_unix_millis(NowMillis());
  event.set_job_id(record.job_id());
  event.set_stage(note.stage);
  event.set_message(note.message);
  *event.mutable_status() = StatusOf(record, waiting);
  return event;
}

absl::Status Coordinator::Apply(LiveJob& job, Update update) {
  if (absl::Status status = Stage(job, update, update.change); !status.ok()) return status;
  Failpoint("apply_before_write");
  if (absl::Status status = store_.Commit(std::move(update.change)); !status.ok()) return status;
  Failpoint("apply_written");
  Follow(job, std::move(update));
  return absl::OkStatus();
}

absl::Status Coordinator::Stage(const LiveJob& job, Step& step, JobStore::Change& change) {
  if (absl::Status status = knowledge_.TakeError(); !status.ok()) return status;
  for (const PlanNote& note : step.outcome.notes) {
    absl::StatusOr<std::uint64_t> sequence = NextSequence();
    if (!sequence.ok()) return sequence.status();
    change.PutEvent(MakeEvent(step.record, job.waiting, note, *sequence));
  }
  for (const auto& [digest, result] : step.outcome.results) change.PutResult(digest, result);
  if (step.record.has_teacher() && !job.record.has_teacher()) {
    const v1::JobSpec& spec = step.record.job().spec();
    change.PutTeacher(spec.teacher().path(), step.record.teacher());
    change.PutDataFiles(spec, step.record.data_files());
  }
  step.row = RowAfter(job.record, step.record);
  if (step.row) change.PutSweepPoint(step.record.sweep_id(), *step.row);
  if (IsTerminal(step.record.state()) && !IsTerminal(job.record.state())) {
    absl::Status dropped = change.DropOldEvents(store_, step.record.job_id(), kEventsOfEndedJob);
    if (!dropped.ok()) return dropped;
  }
  AddRunSeconds(job.record, step.record);
  change.PutJob(step.record);
  return absl::OkStatus();
}

void Coordinator::Follow(LiveJob& job, Step step) {
  if (step.row) FindSweep(step.record.sweep_id())->points[step.row->point() - 1] = *step.row;
  for (const PlanNote& note : step.outcome.notes) {
    Log(absl::StrCat(step.record.job_id(), note.stage.empty() ? "" : "/", note.stage, ": ", note.message));
  }
  for (const auto& [digest, result] : step.outcome.results) found_.insert(digest);
  TakeOver(job, std::move(step.record));
}

double Coordinator::SecondsOf(const std::string& task_id) {
  return absl::ToDoubleSeconds(clock_.Monotonic() - tasks_[task_id].started_at);
}

absl::Duration Coordinator::StartOf(const v1::TaskRecord& task) {
  const absl::Duration now = clock_.Monotonic();
  if (task.attempt_started_unix_millis() == 0) return now;
  const absl::Duration since = clock_.Wall() - absl::FromUnixMillis(task.attempt_started_unix_millis());
  return now - std::max(since, absl::ZeroDuration());  // wall clocks are set back at times
}

bool Coordinator::AwaitsAdoption(const LiveTask& live) {
  return std::any_of(live.seats.begin(), live.seats.end(),
                     [](const Seat& seat) { return seat.worker_id.empty() && !seat.ended; });
}

void Coordinator::AddRunSeconds(const v1::JobRecord& before, v1::JobRecord& after) {
  for (const v1::Task* task : EndedAttempts(before, after))
    after.set_run_seconds(after.run_seconds() + SecondsOf(task->task_id()));
}

void Coordinator::TakeOver(LiveJob& job, v1::JobRecord record) {
  const v1::JobRecord before = std::exchange(job.record, std::move(record));
  CountEndings(before, job.record);
  SyncTasks(before, job.record);
  KeepReady(job);
  if (IsTerminal(job.record.state())) {
    job.waiting = {};
    Enlist(job);
  }
  stale_ = true;
  Changed(job);
}

void Coordinator::SyncTasks(const v1::JobRecord& before, const v1::JobRecord& after) {
  for (const v1::Task* task : EndedAttempts(before, after)) {
    StopTask(*task);
    rendezvous_changed_.SignalAll();
  }
  const auto tasks_after = TasksOf(after);
  for (const auto& [id, record] : TasksOf(before)) {
    if (tasks_after.contains(id)) continue;
    running_.erase(id);
    tasks_.erase(id);
  }
  for (const auto& [id, record] : tasks_after) {
    LiveTask& live = tasks_.try_emplace(id, LiveTask{.ready_since = clock_.Monotonic()}).first->second;
    if (record->state() == v1::RUNNING) {
      running_[id] = &live;
    } else {
      running_.erase(id);
    }
  }
}

void Coordinator::Enlist(LiveJob& job) {
  const std::uint64_t order = job.record.order();
  if (IsTerminal(job.record.state())) {
    open_jobs_.erase(order);
    limited_jobs_.erase(order);
    return;
  }
  open_jobs_[order] = &job;
  if (job.record.job().spec().failure().max_run_seconds() > 0) limited_jobs_[order] = &job;
}

// Its workers stay busy with it until they say that it ended.
void Coordinator::StopTask(const v1::Task& task) {
  Direct(task, [](v1::Directive& directive) { return directive.mutable_stop(); });
}

void Coordinator::Direct(const v1::Task& task, const std::function<v1::Fence*(v1::Directive&)>& fill) {
  const v1::Fence fence = FenceOf(task);
  for (auto& [id, worker] : workers_) {
    if (!worker.assigned || !SameFence(*worker.assigned, fence) || worker.sink == nullptr) continue;
    v1::Directive directive;
    *fill(directive) = fence;
    worker.sink->Send(directive);
  }
}

void Coordinator::CountEndings(const v1::JobRecord& before, const v1::JobRecord& after) {
  for (int i = 0; i < before.stages_size(); ++i) {
    const v1::StageRecord& stage = after.stages(i);
    const bool ended = stage.state() == v1::SUCCEEDED && before.stages(i).state() != v1::SUCCEEDED;
    if (ended && !stage.reused()) metrics_.StageEnded(KindName(stage), stage.seconds());
  }
}

void Coordinator::Changed(LiveJob& job) {
  ++job.version;
  job.changed->SignalAll();
}

void Coordinator::PublishProgress(LiveJob& job, const std::string& stage) {
  absl::StatusOr<std::uint64_t> sequence = NextSequence();
  if (!sequence.ok()) return;  // a full disk shows with the next stored change
  job.progress = LiveJob::Unstored{*sequence, stage};
  job.progress_at = clock_.Monotonic();
  Changed(job);
}

v1::JobStatus Coordinator::StatusOf(const v1::JobRecord& record, const Waiting& waiting) {
  JobLive live{.waiting = waiting};
  for (const v1::StageRecord& stage : record.stages()) {
    for (const v1::TaskRecord& task : stage.tasks()) {
      const auto found = tasks_.find(task.task().task_id());
      if (task.state() != v1::RUNNING || found == tasks_.end()) continue;
      StageLive& at = live.stages[stage.name()];
      if (found->second.has_progress) at.progress.push_back(found->second.progress);
      std::vector<RankLive> ranks;
      for (const Seat& seat : found->second.seats) {
        const auto worker = workers_.find(seat.worker_id);
        const std::string name = worker == workers_.end() ? "" : worker->second.about.name();
        if (!name.empty()) at.workers.push_back(name);
        ranks.push_back({name, seat.cost.seconds()});
      }
      if (ranks.size() > 1) at.ranks = std::move(ranks);
    }
    const bool is_ranking = stage.kind() == v1::StageRecord::RANK && !stage.tasks().empty();
    if (!is_ranking) continue;
    live.rank = MeasureRank(record, TablesOf(record, knowledge_));
  }
  return MakeStatus(record, live);
}

LiveJob* Coordinator::FindJob(absl::string_view job_id) {
  const auto order = order_of_.find(job_id);
  return order == order_of_.end() ? nullptr : &jobs_.at(order->second);
}

absl::Status Coordinator::AwaitChange(const std::string& job_id, std::uint64_t seen, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!stopping_) {
    const LiveJob* job = FindJob(job_id);
    if (job == nullptr || job->version != seen) return absl::OkStatus();
    if (job->changed->WaitWithDeadline(&mutex_, deadline)) return absl::OkStatus();
  }
  return Stopping();
}

absl::Status Coordinator::Stopping() { return absl::UnavailableError("the coordinator is stopping"); }

void Coordinator::Stop() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  for (auto& [id, worker] : workers_) {
    if (worker.sink != nullptr) worker.sink->Close(Stopping());
    worker.sink = nullptr;
  }
  for (const auto& [order, job] : jobs_) job.changed->SignalAll();
  rendezvous_changed_.SignalAll();
}

MetricsSnapshot Coordinator::TakeSnapshot() {
  absl::MutexLock lock(&mutex_);
  MetricsSnapshot snapshot;
  for (const char* state : {"pending", "running", "succeeded", "failed", "cancelled"})
    snapshot.jobs_by_state[state] = 0;
  for (const char* state : {"idle", "busy", "lost"}) snapshot.workers_by_state[state] = 0;
  for (const auto& [order, job] : jobs_) {
    ++snapshot.jobs_by_state[absl::AsciiStrToLower(v1::State_Name(job.record.state()))];
    if (job.waiting.reason != v1::NOT_PENDING) {
      ++snapshot.pending_jobs_by_reason[absl::AsciiStrToLower(v1::PendingReason_Name(job.waiting.reason))];
    }
  }
  snapshot.tasks_by_state["running"] = static_cast<double>(running_.size());
  snapshot.tasks_by_state["pending"] = static_cast<double>(tasks_.size() - running_.size());
  std::set<absl::string_view> running_jobs;
  for (const auto& [id, live] : running_) running_jobs.insert(JobIdOf(id));
  for (const absl::string_view job_id : running_jobs) {
    const LiveJob& job = *FindJob(job_id);
    const v1::JobStatus status = StatusOf(job.record, job.waiting);
    for (const v1::StageStatus& stage : status.stages()) {
      if (stage.has_progress()) snapshot.running.push_back({status.job_id(), stage});
    }
  }
  for (const auto& [id, worker] : workers_) {
    ++snapshot.workers_by_state[worker.lost ? "lost" : worker.assigned ? "busy" : "idle"];
  }
  return snapshot;
}

}  // namespace rad
