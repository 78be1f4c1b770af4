#include "coordinator/explanation.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "coordinator/queue_lines.h"

namespace rad {
namespace {

constexpr std::size_t kMaxBlockers = 20;

// The jobs of this queue that wait, the first in turn first.
std::vector<std::string> WaitingJobs(const std::string& queue, const SchedulerView& view,
                                     const Schedule& schedule) {
  std::set<std::string> seen;  // once each, and not those that run
  for (const RunningTask& task : view.running) seen.insert(task.job_id);
  std::vector<std::string> jobs;
  const auto lines = LinesOf(view);
  for (const ReadyTask* task : lines.at(queue)) {
    if (schedule.waiting.contains(task->job_id) && seen.insert(task->job_id).second)
      jobs.push_back(task->job_id);
  }
  return jobs;
}

const ReadyTask& FirstTask(const std::string& job_id, const SchedulerView& view) {
  return *std::find_if(view.ready.begin(), view.ready.end(),
                       [&](const ReadyTask& task) { return task.job_id == job_id; });
}

const RunningTask* TaskOn(const WorkerView& worker, const SchedulerView& view) {
  const auto task = std::find_if(view.running.begin(), view.running.end(), [&](const RunningTask& running) {
    return running.task_id == worker.task_id;
  });
  return task == view.running.end() ? nullptr : &*task;
}

// Running tasks on workers that the task could use, the soonest to end first.
std::vector<const RunningTask*> InTheWay(const ReadyTask& task, const SchedulerView& view) {
  std::set<const RunningTask*> tasks;
  for (const WorkerView& worker : view.workers) {
    const RunningTask* running = TaskOn(worker, view);
    if (running != nullptr && !worker.draining && Fits(task.needs, worker.traits)) tasks.insert(running);
  }
  std::vector<const RunningTask*> sorted(tasks.begin(), tasks.end());
  std::sort(sorted.begin(), sorted.end(), [](const RunningTask* a, const RunningTask* b) {
    const auto key = [](const RunningTask* task) {
      return std::pair(task->time_left.value_or(absl::InfiniteDuration()), task->task_id);
    };
    return key(a) < key(b);
  });
  return sorted;
}

std::vector<std::string> Blockers(const ReadyTask& task, const Waiting& waiting,
                                  std::vector<std::string> before, const SchedulerView& view) {
  if (!waiting.blocker.empty()) return {waiting.blocker};
  const bool others = waiting.reason == v1::BEHIND_OTHERS || waiting.reason == v1::GANG_INCOMPLETE ||
                      waiting.reason == v1::QUEUE_QUOTA;
  if (!others) return {};
  std::vector<std::string> jobs(before.rbegin(), before.rend());
  for (const RunningTask* running : InTheWay(task, view)) {
    const bool counts = waiting.reason != v1::QUEUE_QUOTA || running->queue == task.queue;
    if (counts && std::find(jobs.begin(), jobs.end(), running->job_id) == jobs.end())
      jobs.push_back(running->job_id);
  }
  if (jobs.size() > kMaxBlockers) jobs.resize(kMaxBlockers);
  return jobs;
}

// Until this worker could be the task's; absent: not to be told.
std::optional<absl::Duration> FreeAfter(const WorkerView& worker, const ReadyTask& task,
                                        const SchedulerView& view) {
  if (worker.idle) return absl::ZeroDuration();
  const RunningTask* running = TaskOn(worker, view);
  if (running == nullptr) return std::nullopt;
  // Else the running job's next task has the worker first.
  const bool then_ours =
      running->last_of_job || (running->queue == task.queue && running->priority < task.priority);
  return then_ours ? running->time_left : std::nullopt;
}

std::optional<absl::Duration> TimeToStart(const ReadyTask& task, const SchedulerView& view) {
  std::vector<absl::Duration> free_after;
  for (const WorkerView& worker : view.workers) {
    if (worker.draining || !Fits(task.needs, worker.traits)) continue;
    if (const auto after = FreeAfter(worker, task, view)) free_after.push_back(*after);
  }
  if (free_after.size() < task.gang.min) return std::nullopt;
  std::sort(free_after.begin(), free_after.end());
  return free_after[task.gang.min - 1];
}

std::optional<absl::Duration> EstimateStart(const ReadyTask& task, const Waiting& waiting, bool first,
                                            const SchedulerView& view, absl::Duration now) {
  const bool for_workers = waiting.reason == v1::BEHIND_OTHERS || waiting.reason == v1::GANG_INCOMPLETE;
  if (!first || !(for_workers || waiting.reason == v1::BACKOFF)) return std::nullopt;
  const std::optional<absl::Duration> workers = TimeToStart(task, view);
  if (!workers) return std::nullopt;
  return std::max({*workers, task.not_before - now, absl::ZeroDuration()});
}

}  // namespace

v1::Explanation ExplainWaiting(const std::string& job_id, const SchedulerView& view, const Schedule& schedule,
                               absl::Duration now) {
  const ReadyTask& task = FirstTask(job_id, view);
  const Waiting& waiting = schedule.waiting.at(job_id);
  std::vector<std::string> line = WaitingJobs(task.queue, view, schedule);
  const auto place = std::find(line.begin(), line.end(), job_id);
  line.erase(place, line.end());  // those before it
  v1::Explanation explanation;
  explanation.set_reason(waiting.reason);
  explanation.set_message(waiting.message);
  explanation.set_position(static_cast<std::uint32_t>(line.size() + 1));
  const bool first = line.empty();
  for (std::string& blocker : Blockers(task, waiting, std::move(line), view))
    explanation.add_blockers(std::move(blocker));
  if (const auto start = EstimateStart(task, waiting, first, view, now))
    explanation.set_estimated_start_seconds(static_cast<std::uint64_t>(absl::ToInt64Seconds(*start)));
  return explanation;
}

}  // namespace rad
