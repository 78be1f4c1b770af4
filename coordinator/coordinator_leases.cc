// Workers that are no longer heard of, and what becomes of the tasks that they ran.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"

namespace rad {
namespace {

constexpr absl::Duration kShowLostFor = absl::Minutes(10);

}  // namespace

void Coordinator::LoseWorker(LiveWorker& worker, absl::string_view why, bool suspect) {
  worker.lost = true;
  stale_ = true;
  Log(absl::StrCat("worker ", worker.id, " (", worker.about.name(), ") ", why));
  const bool seated = IsSeated(worker);
  const std::optional<v1::Fence> assigned = std::exchange(worker.assigned, std::nullopt);
  if (!seated) return;
  const std::string& name = worker.about.name();
  const absl::Status status = TakeEnd(
      Locate(*assigned), {FailureKind::kLost, absl::StrCat("worker ", name, " ", why), suspect ? name : ""});
  if (!status.ok()) Log(status.ToString());
}

void Coordinator::ExpireLeases() {
  const absl::Duration now = clock_.Monotonic();
  for (auto& [id, worker] : workers_) {
    if (worker.lost || worker.lease_until > now) continue;
    metrics_.LeaseLost();
    if (worker.sink != nullptr) worker.sink->Close(absl::NotFoundError("the lease ran out: register again"));
    worker.sink = nullptr;
    LoseWorker(worker, "was lost: its lease ran out", /*suspect=*/true);
  }
}

std::vector<std::pair<v1::Fence, std::string>> Coordinator::TasksThat(
    const std::function<std::string(const LiveTask&)>& why) {
  std::vector<std::pair<v1::Fence, std::string>> found;
  for (const auto& [id, live] : running_) {
    const std::string reason = why(*live);
    if (reason.empty()) continue;
    const TaskPlace place = FindTask(FindJob(JobIdOf(id))->record, id);
    found.emplace_back(FenceOf(place.task->task()), reason);
  }
  return found;
}

// Tasks that ran when the coordinator last stopped, and that no worker came back with.
void Coordinator::ExpireAdoptions() {
  const absl::Duration now = clock_.Monotonic();
  const auto orphans = TasksThat([&](const LiveTask& live) -> std::string {
    const bool orphan = live.adopt_until <= now && AwaitsAdoption(live);
    return orphan ? "no worker came back with it after the coordinator's restart" : "";
  });
  for (const auto& [fence, reason] : orphans) {
    const Located located = Locate(fence);
    if (!located) continue;
    // Nobody knows how long it ran while the coordinator was down: that is not held against the job.
    tasks_[fence.task_id()].started_at = now;
    const absl::Status status = TakeEnd(located, {FailureKind::kLost, reason});
    if (!status.ok()) Log(status.ToString());
  }
}

// Tasks of workers that went while that could not be written down.
void Coordinator::LoseTasksOfGoneWorkers() {
  const auto is_gone = [&](const Seat& seat) {
    const auto worker = workers_.find(seat.worker_id);
    return !seat.ended && !seat.worker_id.empty() && (worker == workers_.end() || worker->second.lost);
  };
  EndTasks(FailureKind::kLost, [&](const LiveTask& live) -> std::string {
    return std::any_of(live.seats.begin(), live.seats.end(), is_gone) ? "a worker of it was lost" : "";
  });
}

// Ranks lost touch with one another, and none of them said why.
void Coordinator::ExpireBrokenGangs() {
  const absl::Duration now = clock_.Monotonic();
  EndTasks(FailureKind::kLost, [&](const LiveTask& live) -> std::string {
    const bool all_ended =
        std::all_of(live.seats.begin(), live.seats.end(), [](const Seat& seat) { return seat.ended; });
    const bool broken = live.peer_lost_until != absl::InfiniteDuration();
    return broken && (all_ended || live.peer_lost_until <= now) ? "its workers lost touch with one another"
                                                                : "";
  });
}

void Coordinator::ForgetLongLost() {
  const absl::Duration before = clock_.Monotonic() - kShowLostFor;
  std::erase_if(workers_,
                [&](const auto& entry) { return entry.second.lost && entry.second.lease_until < before; });
}

}  // namespace rad
