// simulated_worker.h: a worker that computes nothing. It holds the coordinator's side of a real agent: the
// agent's own link (registration, heartbeats, return after a restart) on a connection of its own, and what a
// training executor reports, each second. On the loop's thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/agent/coordinator_link.h"

namespace rad {

class SimulatedWorker {
 public:
  SimulatedWorker(EventLoop& loop, const std::string& coordinator, int number);

  void Open() { link_->Open(); }
  // From now on what publishes nothing ends, a task at a random time within `within`.
  void EndTasks(absl::Duration within);

 private:
  struct Running {
    v1::Task task;
    std::uint64_t step = 0;
  };

  v1::Heartbeat Heartbeat() const;
  void Receive(const v1::Directive& directive);
  void Start(const v1::Task& task);
  void EndSoon(const v1::Task& task);
  void ReportProgress();
  Running* Find(const v1::Fence& fence);
  void End(const v1::Fence& fence, v1::TaskFinished finished);
  void Fail(const v1::Fence& fence, v1::TaskFailure::Reason reason);

  EventLoop& loop_;
  absl::BitGen random_;
  absl::Duration end_within_ = absl::InfiniteDuration();
  std::vector<Running> running_;
  std::unique_ptr<CoordinatorLink> link_;
};

}  // namespace rad
