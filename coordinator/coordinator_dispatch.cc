// Handing tasks to workers.
#include <algorithm>
#include <unordered_set>

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

// Users and workers wait while a pass decides over thousands of tasks (some 3 us each). It then leaves them
// most of the time, and what comes meanwhile is decided together. Not by the clock, so that equal histories
// are decided alike.
constexpr std::size_t kShortQueue = 500;
constexpr absl::Duration kRestPerTask = absl::Microseconds(15), kLongestRest = absl::Milliseconds(300);
// Reasons say how long a wait is to last, which nothing but time changes.
constexpr absl::Duration kLongestBetweenPasses = absl::Seconds(5);
// Of one pass, which goes into one write; the next pass goes on.
constexpr std::size_t kMostStarts = 64;

std::string DigestOf(const v1::Task& task) { return task.work().has_inspect() ? "" : task.digest(); }

// The scores that a task adds to; empty when it is of no ranking. To be worked out once.
const std::string& RaceOf(const v1::Task& task, std::optional<std::string>& race) {
  if (!race) race = task.work().has_score() ? ScoreKey(ScoreOriginOf(task.work())) : "";
  return *race;
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
    LoseTasksOfGoneWorkers();
    ExpireAdoptions();
    ExpireBrokenGangs();
    ExpireHangs();
    ExpirePreemptions();
    ExpireRunTimes();
    ForgetLongLost();
    RunPassIfDue();
    finished.swap(finished_digests_);
  }
  for (const std::string& digest : finished) {  // outside the lock: this may take long
    if (absl::Status status = catalog_.DropCheckpoints(digest, clock_.Wall()); !status.ok())
      Log(status.ToString());
  }
}

std::uint32_t Coordinator::LiveWorkerCount() const {
  return std::count_if(workers_.begin(), workers_.end(),
                       [](const auto& entry) { return !entry.second.lost; });
}

void Coordinator::KeepReady(LiveJob& job) {
  job.ready.clear();
  const v1::JobSpec& spec = job.record.job().spec();
  for (const v1::StageRecord& stage : job.record.stages()) {
    for (const v1::TaskRecord& task : stage.tasks()) {
      if (task.state() != v1::PENDING) continue;
      const v1::Task& what = task.task();
      LiveTask& live = tasks_[what.task_id()];
      job.ready.push_back({.job_id = job.record.job_id(),
                           .task_id = what.task_id(),
                           .queue = QueueOf(spec),
                           .priority = spec.priority(),
                           .digest = DigestOf(what),
                           .race = RaceOf(what, live.race),
                           .not_before = live.not_before,
                           .max_workers = spec.resources().max_workers(),
                           .gang = GangSizeOf(job.record, what.work()),
                           .ready_since = live.ready_since,
                           .needs = NeedsOf(spec.resources())});
    }
  }
}

RunningTask Coordinator::RunningView(const std::string& task_id, LiveTask& live) {
  LiveJob& job = *FindJob(JobIdOf(task_id));
  const v1::JobSpec& spec = job.record.job().spec();
  const TaskPlace place = FindTask(job.record, task_id);
  const v1::Task& task = place.task->task();
  return {.job_id = job.record.job_id(),
          .task_id = task_id,
          .queue = QueueOf(spec),
          .priority = spec.priority(),
          .digest = DigestOf(task),
          .race = RaceOf(task, live.race),
          .workers = std::max(1u, task.world_size()),
          .saves = SavesItsWork(task.work()),
          .preempted = live.leave_by != absl::InfiniteDuration(),
          .last_of_job = IsLastOf(job.record, *place.stage),
          .started_at = live.started_at,
          .time_left = TimeLeft(live.progress)};
}

SchedulerView Coordinator::MakeView() {
  SchedulerView view;
  view.ready.reserve(tasks_.size() - running_.size());
  for (const auto& [order, job] : open_jobs_)
    view.ready.insert(view.ready.end(), job->ready.begin(), job->ready.end());
  for (const auto& [id, live] : running_) view.running.push_back(RunningView(id, *live));
  for (const auto& [id, worker] : workers_) {
    if (worker.lost) continue;
    view.workers.push_back({.id = id,
                            .traits = TraitsOf(worker.about),
                            .draining = IsDraining(worker),
                            .idle = worker.sink != nullptr && worker.introduced && !worker.assigned,
                            .task_id = worker.assigned ? worker.assigned->task_id() : ""});
  }
  for (const auto& [name, queue] : queues_) view.queues[name] = ShareOf(queue);
  return view;
}

void Coordinator::Reschedule() {
  stale_ = true;
  Dispatch();
}

void Coordinator::Dispatch() {
  if (!long_queue_) RunPassIfDue();
}

void Coordinator::RunPassIfDue() {
  const absl::Duration begin = clock_.Monotonic();
  if (begin < rest_until_ || (!stale_ && begin < pass_due_)) return;
  RunPass();
  metrics_.SchedulingPass(absl::ToDoubleSeconds(clock_.Monotonic() - begin));
}

void Coordinator::RunPass() {
  unfinished_ = false;
  do {
    TakeKnownResults();
  } while (AdvanceSweeps());
  const absl::Duration now = clock_.Monotonic();
  const SchedulerView view = MakeView();
  const Schedule schedule = MakeSchedule(view, now);
  const std::vector<Preemption> preemptions = ChoosePreemptions(view, schedule);
  Assign(schedule.assignments);
  for (const Preemption& preemption : preemptions) Preempt(preemption);
  TellReasons(view, schedule);
  stale_ = unfinished_ || !preemptions.empty();  // after some preemptions more may be chosen
  pass_due_ = std::min(NextChange(view, now), now + kLongestBetweenPasses);
  long_queue_ = view.ready.size() > kShortQueue;
  const absl::Duration rest = std::min(kRestPerTask * view.ready.size(), kLongestRest);
  rest_until_ = long_queue_ ? clock_.Monotonic() + rest : absl::ZeroDuration();
}

void Coordinator::TellReasons(const SchedulerView& view, const Schedule& schedule) {
  std::unordered_set<std::string> running;
  for (const RunningTask& task : view.running) running.insert(task.job_id);
  for (const auto& [order, job] : open_jobs_) {
    const v1::PendingReason before = job->waiting.reason;
    const bool waits = !job->ready.empty() && !running.contains(job->ready.front().job_id);
    const auto found = waits ? schedule.waiting.find(job->ready.front().job_id) : schedule.waiting.end();
    job->waiting = found != schedule.waiting.end() ? found->second : Waiting{};
    if (job->waiting.reason != before) PublishProgress(*job, "");
  }
}

void Coordinator::Assign(const std::vector<Assignment>& assignments) {
  const std::size_t count = std::min(assignments.size(), kMostStarts);
  if (count == 0) return;
  std::map<std::uint64_t, Step> steps;  // by the job's order of submission
  for (std::size_t i = 0; i < count; ++i) {
    LiveJob* job = FindJob(JobIdOf(assignments[i].task_id));
    const auto [step, first] = steps.try_emplace(job->record.order());
    if (first) step->second.record = job->record;
    StartTask(assignments[i], step->second);
  }
  JobStore::Change change = store_.NewChange();
  absl::Status status;
  for (auto& [order, step] : steps) {
    if (status.ok()) status = Stage(jobs_.at(order), step, change);
  }
  if (status.ok()) status = store_.Commit(std::move(change));
  if (!status.ok()) {
    for (std::size_t i = 0; i < count; ++i) Unassign(assignments[i]);
    Log(absl::StrCat(assignments[0].task_id, " and ", count - 1, " more cannot start: ", status.ToString()));
    unfinished_ = true;
    return;
  }
  Failpoint("assign_written");
  for (auto& [order, step] : steps) Follow(jobs_.at(order), std::move(step));
  for (std::size_t i = 0; i < count; ++i) GiveTask(assignments[i]);
  unfinished_ |= count < assignments.size();
}

void Coordinator::StartTask(const Assignment& assignment, Step& step) {
  const TaskPlace next = FindTask(step.record, assignment.task_id);
  const bool first = next.stage->state() == v1::PENDING;
  StartAttempt(step.record, next, assignment.worker_ids.size(), epoch_floor_, NowMillis());
  std::vector<std::string> names;
  std::vector<Seat> seats;
  for (const std::string& id : assignment.worker_ids) {
    names.push_back(workers_.at(id).about.name());
    seats.push_back({.worker_id = id});
  }
  if (first || next.task->task().attempt() > 1) {
    step.outcome.notes.push_back(
        {next.stage->name(),
         absl::StrCat("started on ", absl::StrJoin(names, ", "), ", attempt ", next.task->task().attempt())});
  }
  LiveTask& live = tasks_[assignment.task_id];
  live = LiveTask{.seats = std::move(seats),
                  .ready_since = live.ready_since,
                  .started_at = clock_.Monotonic(),
                  .hang = HangWatch(absl::Seconds(step.record.job().spec().failure().hang_seconds())),
                  .race = std::move(live.race)};
}

void Coordinator::Unassign(const Assignment& assignment) {
  LiveTask& live = tasks_[assignment.task_id];
  live = LiveTask{.ready_since = live.ready_since, .race = std::move(live.race)};
}

void Coordinator::GiveTask(const Assignment& assignment) {
  v1::Task task = FindTask(FindJob(JobIdOf(assignment.task_id))->record, assignment.task_id).task->task();
  const LiveTask& live = tasks_[assignment.task_id];
  metrics_.TaskWaited(absl::ToDoubleSeconds(live.started_at - live.ready_since));
  for (const std::string& id : assignment.worker_ids) {
    Give(workers_.at(id), task);
    task.set_rank(task.rank() + 1);
  }
  Failpoint("assign_sent");
}

void Coordinator::Give(LiveWorker& worker, const v1::Task& task) {
  v1::Directive start;
  *start.mutable_start() = task;
  worker.assigned = FenceOf(task);
  worker.assigned_at = clock_.Monotonic();
  worker.heartbeats_without = 0;
  worker.running = absl::StrCat(task.job_id(), "/", task.stage());
  worker.sink->Send(start);
}

// A score task of which a part is known is to be planned anew, without it.
bool Coordinator::IsKnown(LiveJob& job, const ReadyTask& task) {
  const std::string& finding = task.race.empty() ? task.digest : task.race;
  if (finding.empty() || !(ask_for_all_ || found_.contains(finding))) return false;
  if (task.race.empty()) return knowledge_.Result(finding).has_value();
  return knowledge_.Scores(finding).HasAny(FindTask(job.record, task.task_id).task->task().work().score());
}

// Another job may have computed the same while a task waited. That takes no worker. The planner asks for
// nothing that is known, so the tasks that come of this are new.
void Coordinator::TakeKnownResults() {
  if (found_.empty() && !ask_for_all_) return;
  std::map<std::uint64_t, std::vector<std::string>> known;  // by the job's order of submission
  for (const auto& [order, job] : open_jobs_) {
    for (const ReadyTask& task : job->ready) {
      if (IsKnown(*job, task)) known[order].push_back(task.task_id);
    }
  }
  found_.clear();
  ask_for_all_ = false;
  for (const auto& [order, tasks] : known) TakeKnownResults(jobs_.at(order), tasks);
}

void Coordinator::TakeKnownResults(LiveJob& job, const std::vector<std::string>& known) {
  Update update(store_.NewChange());
  update.record = job.record;
  bool forgot = false;
  for (const std::string& task_id : known) forgot |= ForgetTask(update.record, task_id);
  if (!forgot) return;  // they were tried before: they run again
  update.outcome = AdvanceJob(update.record, InputNow());
  if (absl::Status status = Apply(job, std::move(update)); !status.ok()) {
    ask_for_all_ = unfinished_ = true;  // at the next Tick
    Log(status.ToString());
  }
}

}  // namespace rad
