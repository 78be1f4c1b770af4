// Handing tasks to workers.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/coordinator.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"
#include "coordinator/planner.h"
#include "coordinator/queue_settings.h"
#include "coordinator/work_digest.h"
#include "proto/failpoint.h"

namespace rad {
namespace {

// The scores that a task adds to; empty when it is of no ranking.
std::string RaceOf(const v1::Task& task) {
  const v1::Work& work = task.work();
  return work.has_score() ? ScoreKey(ScoreOriginOf(work)) : "";
}

bool SavesItsWork(const v1::Work& work) { return work.has_align() || work.has_distill(); }

// All other stages of the job have ended, so that it leaves its workers with this one.
bool IsLastOf(const v1::JobRecord& job, const v1::StageRecord& last) {
  return std::all_of(job.stages().begin(), job.stages().end(), [&](const v1::StageRecord& stage) {
    return &stage == &last || IsTerminal(stage.state());
  });
}

std::optional<absl::Duration> TimeLeft(const v1::Progress& progress) {
  if (progress.total() <= 0 || progress.eta_seconds() < 0) return std::nullopt;
  return absl::Seconds(progress.eta_seconds());
}

}  // namespace

void Coordinator::Tick() {
  std::vector<std::string> finished;
  {
    absl::MutexLock lock(&mutex_);
    ExpireLeases();
    ExpireAdoptions();
    ExpireBrokenGangs();
    ExpirePreemptions();
    ExpireRunTimes();
    ForgetLongLost();
    Dispatch();
    finished.swap(finished_digests_);
  }
  for (const std::string& digest : finished) {  // outside the lock: this may take long
    if (absl::Status status = catalog_.DropCheckpoints(digest, clock_.Wall()); !status.ok())
      Log(status.ToString());
  }
}

std::uint32_t Coordinator::LiveWorkers() const {
  return std::count_if(workers_.begin(), workers_.end(),
                       [](const auto& entry) { return !entry.second.lost; });
}

void Coordinator::AddTasks(const v1::JobRecord& job, SchedulerView& view) {
  const v1::JobSpec& spec = job.job().spec();
  for (const v1::StageRecord& stage : job.stages()) {
    for (const v1::TaskRecord& task : stage.tasks()) {
      const v1::Task& what = task.task();
      const TaskLive& live = tasks_[what.task_id()];
      const std::string digest = what.work().has_inspect() ? "" : what.digest();
      if (task.state() == v1::PENDING) {
        view.ready.push_back({.job_id = job.job_id(),
                              .task_id = what.task_id(),
                              .queue = QueueOf(spec),
                              .priority = spec.priority(),
                              .digest = digest,
                              .race = RaceOf(what),
                              .not_before = live.not_before,
                              .max_workers = spec.resources().max_workers(),
                              .gang = GangSizeOf(job, what.work()),
                              .ready_since = live.ready_since,
                              .needs = NeedsOf(spec.resources())});
      } else {
        view.running.push_back({.job_id = job.job_id(),
                                .task_id = what.task_id(),
                                .queue = QueueOf(spec),
                                .priority = spec.priority(),
                                .digest = digest,
                                .race = RaceOf(what),
                                .workers = std::max(1u, what.world_size()),
                                .saves = SavesItsWork(what.work()),
                                .preempted = live.leave_by != absl::InfiniteDuration(),
                                .last_of_job = IsLastOf(job, stage),
                                .started_at = live.started_at,
                                .time_left = TimeLeft(live.progress)});
      }
    }
  }
}

SchedulerView Coordinator::MakeView() {
  SchedulerView view;
  for (const auto& [order, job] : jobs_) {
    if (!IsTerminal(job.record.state())) AddTasks(job.record, view);
  }
  for (const auto& [id, worker] : workers_) {
    if (worker.lost) continue;
    view.workers.push_back({.id = id,
                            .traits = TraitsOf(worker.about),
                            .draining = IsDraining(worker),
                            .idle = worker.sink != nullptr && !worker.assigned,
                            .task_id = worker.assigned ? worker.assigned->task_id() : ""});
  }
  for (const auto& [name, queue] : queues_) view.queues[name] = ShareOf(queue);
  return view;
}

void Coordinator::Dispatch() {
  const absl::Duration begin = clock_.Monotonic();
  do {
    for (auto& [order, job] : jobs_) {
      if (!IsTerminal(job.record.state())) TakeKnownResults(job);
    }
  } while (AdvanceSweeps());
  const SchedulerView view = MakeView();
  const Schedule schedule = MakeSchedule(view, clock_.Monotonic());
  for (const Assignment& assignment : schedule.assignments) Assign(assignment);
  for (const Preemption& preemption : ChoosePreemptions(view, schedule)) Preempt(preemption);
  TellReasons(view, schedule);
  metrics_.SchedulingPass(absl::ToDoubleSeconds(clock_.Monotonic() - begin));
}

void Coordinator::TellReasons(const SchedulerView& view, const Schedule& schedule) {
  std::set<std::string> running;
  for (const RunningTask& task : view.running) running.insert(task.job_id);
  for (auto& [order, job] : jobs_) {
    if (IsTerminal(job.record.state())) continue;
    const auto found = schedule.waiting.find(job.record.job_id());
    const bool waits = found != schedule.waiting.end() && !running.contains(job.record.job_id());
    const v1::PendingReason before = job.waiting.reason;
    job.waiting = waits ? found->second : Waiting{};
    if (job.waiting.reason != before) PublishProgress(job, "");
  }
}

void Coordinator::Assign(const Assignment& assignment) {
  LiveJob* job = FindJob(JobIdOf(assignment.task_id));
  Update update(store_.NewChange());
  update.record = job->record;
  const TaskPlace next = FindTask(update.record, assignment.task_id);
  const bool first = next.stage->state() == v1::PENDING;
  StartAttempt(update.record, next, assignment.worker_ids.size(), epoch_floor_, NowMillis());
  std::vector<std::string> names;
  std::vector<Seat> seats;
  for (const std::string& id : assignment.worker_ids) {
    names.push_back(workers_.at(id).about.name());
    seats.push_back({.worker_id = id});
  }
  if (first || next.task->task().attempt() > 1) {
    update.outcome.notes.push_back(
        {next.stage->name(),
         absl::StrCat("started on ", absl::StrJoin(names, ", "), ", attempt ", next.task->task().attempt())});
  }
  v1::Task task = next.task->task();
  const absl::Duration now = clock_.Monotonic();
  TaskLive& live = tasks_[assignment.task_id];
  const absl::Duration ready_since = live.ready_since;
  live = TaskLive{.seats = std::move(seats), .ready_since = ready_since, .started_at = now};
  if (absl::Status status = Apply(*job, std::move(update)); !status.ok()) {
    tasks_[assignment.task_id] = TaskLive{.ready_since = ready_since};
    Log(absl::StrCat(assignment.task_id, " cannot start: ", status.ToString()));
    return;  // Tick tries again
  }
  Failpoint("assign_written");
  metrics_.TaskWaited(absl::ToDoubleSeconds(now - ready_since));
  for (const std::string& id : assignment.worker_ids) {
    Give(workers_.at(id), task);
    task.set_rank(task.rank() + 1);
  }
  Failpoint("assign_sent");
}

void Coordinator::Give(Worker& worker, const v1::Task& task) {
  v1::Directive start;
  *start.mutable_start() = task;
  worker.assigned = FenceOf(task);
  worker.assigned_at = clock_.Monotonic();
  worker.heartbeats_without = 0;
  worker.running = absl::StrCat(task.job_id(), "/", task.stage());
  worker.sink->Send(start);
}

// A score task of which a part is known is to be planned anew, without it.
bool Coordinator::IsKnown(const v1::Task& task) {
  const v1::Work& work = task.work();
  if (work.has_inspect()) return false;
  if (!work.has_score()) return knowledge_.Result(task.digest()).has_value();
  return knowledge_.Scores(RaceOf(task)).HasAny(work.score());
}

std::vector<std::string> Coordinator::KnownTasks(const v1::JobRecord& job) {
  std::vector<std::string> known;
  for (const v1::StageRecord& stage : job.stages()) {
    for (const v1::TaskRecord& task : stage.tasks()) {
      if (task.state() == v1::PENDING && IsKnown(task.task())) known.push_back(task.task().task_id());
    }
  }
  return known;
}

// Another job may have computed the same while a task waited. That takes no worker. The planner asks for
// nothing that is known, so the tasks that come of this are new.
void Coordinator::TakeKnownResults(LiveJob& job) {
  const std::vector<std::string> known = KnownTasks(job.record);
  if (known.empty()) return;
  Update update(store_.NewChange());
  update.record = job.record;
  bool forgot = false;
  for (const std::string& task_id : known) forgot |= ForgetTask(update.record, task_id);
  if (!forgot) return;  // they were tried before: they run again
  update.outcome = AdvanceJob(update.record, InputNow());
  if (absl::Status status = Apply(job, std::move(update)); !status.ok()) Log(status.ToString());
}

}  // namespace rad
