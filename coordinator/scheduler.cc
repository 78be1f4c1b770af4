#include "coordinator/scheduler.h"

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// Why `task` cannot start, with NOT_PENDING when it can.
Waiting WhyNot(const ReadyTask& task, const SchedulerView& view, bool worker_left, std::uint32_t held,
               absl::Duration now) {
  if (task.not_before > now) {
    return {v1::BACKOFF,
            absl::StrCat("waits ", absl::FormatDuration(task.not_before - now), " after a failure")};
  }
  if (view.running_digests.contains(task.digest)) {
    return {v1::DEPENDENCY, "the same result is being computed for another job"};
  }
  const auto race = view.running_races.find(task.race);
  if (race != view.running_races.end() && race->second != task.job_id) {
    return {v1::DEPENDENCY, absl::StrCat(race->second, " is ranking the same heads")};
  }
  if (held >= task.max_workers) {
    return {v1::DEPENDENCY, absl::StrCat("the job holds ", held, " workers: spec.resources.max_workers")};
  }
  if (view.live_workers == 0) return {v1::NO_WORKER, "no worker is connected: start rad-worker"};
  if (!worker_left) return {v1::DEPENDENCY, "every worker is busy"};
  return {};
}

}  // namespace

Schedule MakeSchedule(const SchedulerView& view, absl::Duration now) {
  Schedule schedule;
  std::map<std::string, std::uint32_t> held = view.running;
  std::set<std::string> started_jobs;
  SchedulerView seen = view;
  std::size_t next_worker = 0;
  for (const ReadyTask& task : view.ready) {
    const bool worker_left = next_worker < view.idle_workers.size();
    Waiting waiting = WhyNot(task, seen, worker_left, held[task.job_id], now);
    if (waiting.reason != v1::NOT_PENDING) {
      schedule.waiting.try_emplace(task.job_id, std::move(waiting));
      continue;
    }
    schedule.assignments.push_back({task.task_id, view.idle_workers[next_worker++]});
    ++held[task.job_id];
    if (!task.digest.empty()) seen.running_digests.insert(task.digest);
    if (!task.race.empty()) seen.running_races[task.race] = task.job_id;
    started_jobs.insert(task.job_id);
  }
  for (const std::string& job_id : started_jobs) schedule.waiting.erase(job_id);
  return schedule;
}

}  // namespace rad
