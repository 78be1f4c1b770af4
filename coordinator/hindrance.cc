#include "coordinator/hindrance.h"

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

std::optional<Waiting> NoWorkers(const ReadyTask& task, WorkerPool& pool) {
  if (pool.connected() == 0) return Waiting{v1::NO_WORKER, "no worker is connected: start rad-worker"};
  if (pool.usable() == 0) {
    return Waiting{v1::NO_WORKER, "every connected worker is draining: radctl worker undrain"};
  }
  const std::uint32_t fitting = pool.Fitting(task.needs);
  if (fitting >= task.gang.min) return std::nullopt;
  const std::string needs = DescribeNeeds(task.needs);
  if (!needs.empty()) {
    return Waiting{
        v1::NO_FIT,
        absl::StrCat("needs ", task.gang.min, task.gang.min == 1 ? " worker" : " workers", " with ", needs,
                     "; ", fitting, " of ", pool.usable(), " have that: spec.resources")};
  }
  return Waiting{v1::NO_WORKER, absl::StrCat("needs ", task.gang.min, " workers, ", fitting,
                                             " are connected: spec.resources.workers.min")};
}

}  // namespace

UnderWay::UnderWay(const SchedulerView& view) {
  for (const RunningTask& task : view.running) Add(task.job_id, task.workers, task.digest, task.race);
}

void UnderWay::Add(const std::string& job_id, std::uint32_t workers, const std::string& digest,
                   const std::string& race) {
  held_[job_id] += workers;
  if (!digest.empty()) digests_[digest] = job_id;
  if (!race.empty()) races_[race] = job_id;
}

std::uint32_t UnderWay::Held(const std::string& job_id) const {
  const auto held = held_.find(job_id);
  return held == held_.end() ? 0 : held->second;
}

std::string UnderWay::SameResult(const ReadyTask& task) const {
  const auto same = digests_.find(task.digest);
  return same == digests_.end() ? "" : same->second;
}

std::string UnderWay::SameRace(const ReadyTask& task) const {
  const auto race = races_.find(task.race);
  return race == races_.end() || race->second == task.job_id ? "" : race->second;
}

std::optional<Waiting> HindranceOf(const ReadyTask& task, const UnderWay& under_way,
                                   const QueueLedger& ledger, WorkerPool& pool, absl::Duration now) {
  if (task.not_before > now) {
    return Waiting{v1::BACKOFF,
                   absl::StrCat("waits ", absl::FormatDuration(task.not_before - now), " after a failure")};
  }
  if (const std::string same = under_way.SameResult(task); !same.empty())
    return Waiting{v1::DEPENDENCY, "the same result is being computed for another job", same};
  if (const std::string race = under_way.SameRace(task); !race.empty())
    return Waiting{v1::DEPENDENCY, absl::StrCat(race, " is ranking the same heads"), race};
  const std::uint32_t held = under_way.Held(task.job_id);
  if (task.max_workers < held + task.gang.min) {
    return Waiting{v1::DEPENDENCY,
                   absl::StrCat("the job holds ", held, " workers: spec.resources.max_workers")};
  }
  if (!ledger.Borrows(task.queue) && ledger.Quota(task.queue) < task.gang.min) {
    return Waiting{v1::QUEUE_QUOTA,
                   absl::StrCat(ledger.Limits(task.queue), "; the job needs ", task.gang.min)};
  }
  return NoWorkers(task, pool);
}

}  // namespace rad
