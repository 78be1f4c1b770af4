#include "coordinator/scheduler.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

struct Decision {
  std::uint32_t workers = 0;  // to start on; 0: it waits
  bool keeps_idle = false;    // later tasks must leave the idle workers to this one
  Waiting waiting;
};

Decision Wait(v1::PendingReason reason, std::string message) {
  return {.waiting = {reason, std::move(message)}};
}

// `idle` workers are there for a task that nothing but their number keeps from starting.
Decision DecideSize(const ReadyTask& task, std::uint32_t idle, std::uint32_t most, absl::Duration now) {
  if (idle >= most) return {.workers = most};
  if (most == 1) return Wait(v1::DEPENDENCY, "every worker is busy");
  const bool patient = now < task.ready_since + kGangPatience;
  if (idle >= task.gang.min && !patient) return {.workers = idle};
  const std::uint32_t wanted = patient ? most : task.gang.min;
  Decision decision =
      Wait(v1::GANG_INCOMPLETE, absl::StrCat("waits for ", wanted, " workers to be free at once; ", idle,
                                             idle == 1 ? " is" : " are", ": spec.resources.workers"));
  decision.keeps_idle = true;
  return decision;
}

Decision Decide(const ReadyTask& task, const SchedulerView& view, std::uint32_t idle, std::uint32_t held,
                absl::Duration now) {
  if (task.not_before > now) {
    return Wait(v1::BACKOFF,
                absl::StrCat("waits ", absl::FormatDuration(task.not_before - now), " after a failure"));
  }
  if (view.running_digests.contains(task.digest)) {
    return Wait(v1::DEPENDENCY, "the same result is being computed for another job");
  }
  const auto race = view.running_races.find(task.race);
  if (race != view.running_races.end() && race->second != task.job_id) {
    return Wait(v1::DEPENDENCY, absl::StrCat(race->second, " is ranking the same heads"));
  }
  const std::uint32_t room = task.max_workers - std::min(held, task.max_workers);
  if (room < task.gang.min) {
    return Wait(v1::DEPENDENCY, absl::StrCat("the job holds ", held, " workers: spec.resources.max_workers"));
  }
  if (view.live_workers == 0) return Wait(v1::NO_WORKER, "no worker is connected: start rad-worker");
  if (view.live_workers < task.gang.min) {
    return Wait(v1::NO_WORKER, absl::StrCat("needs ", task.gang.min, " workers, ", view.live_workers,
                                            " are connected: spec.resources.workers.min"));
  }
  return DecideSize(task, idle, std::min({task.gang.max, room, view.live_workers}), now);
}

}  // namespace

Schedule MakeSchedule(const SchedulerView& view, absl::Duration now) {
  Schedule schedule;
  std::map<std::string, std::uint32_t> held = view.running;
  std::set<std::string> started_jobs;
  SchedulerView seen = view;
  auto next = view.idle_workers.begin();
  bool idle_kept = false;
  for (const ReadyTask& task : view.ready) {
    const auto idle = idle_kept ? 0 : static_cast<std::uint32_t>(view.idle_workers.end() - next);
    Decision decision = Decide(task, seen, idle, held[task.job_id], now);
    idle_kept |= decision.keeps_idle;
    if (decision.workers == 0) {
      schedule.waiting.try_emplace(task.job_id, std::move(decision.waiting));
      continue;
    }
    schedule.assignments.push_back({task.task_id, {next, next + decision.workers}});
    next += decision.workers;
    held[task.job_id] += decision.workers;
    if (!task.digest.empty()) seen.running_digests.insert(task.digest);
    if (!task.race.empty()) seen.running_races[task.race] = task.job_id;
    started_jobs.insert(task.job_id);
  }
  for (const std::string& job_id : started_jobs) schedule.waiting.erase(job_id);
  return schedule;
}

}  // namespace rad
