// simulated_worker.h: a worker that speaks the agent's protocol (worker/agent/agent.cc, coordinator_link.cc,
// attempt_queue.cc), with the agent's own outbox, lease guard and back-off. It may crash, and come back as a
// new incarnation.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "tests/simulation/simulated_attempt.h"
#include "tests/simulation/stream.h"
#include "worker/agent/lease_guard.h"
#include "worker/agent/outbox.h"
#include "worker/wire/backoff.h"

namespace rad {

class SimulatedWorker {
 public:
  SimulatedWorker(World& world, CoordinatorHost& host, GangRoom& gangs, const std::string& name);

  void Boot();
  void Crash();  // what it ran goes with it; comes back
  void Leave();  // stops what runs, says good-bye; comes back
  Wire& wire() { return wire_; }
  const std::string& name() const { return name_; }

 private:
  // --- the link ---
  void Connect();
  void Register();
  void OpenSession();
  void SessionEnded(const absl::Status& status);
  void RetryLater();
  void Beat();
  void SendHeartbeat();
  void Renewed();
  void Send(v1::WorkerMessage message);
  // --- the agent ---
  void OnDirective(const v1::Directive& directive);
  void Start(const v1::Task& task);
  void Stop(const v1::Fence& fence);
  void StopAll(absl::Duration grace);
  void StartNext();
  void SendReports(const std::vector<v1::TaskFinished>& reports);
  void SendProgress(const v1::Progress& progress);
  void Finished(v1::TaskFinished report);
  void Vanish();
  absl::Time Now() const { return absl::UnixEpoch() + world_.timeline.now(); }

  World& world_;
  CoordinatorHost& host_;
  GangRoom& gangs_;
  const std::string name_;
  Wire wire_;
  Agenda agenda_;  // of this incarnation
  bool up_ = false, leaving_ = false;
  int boots_ = 0;
  std::string incarnation_;
  std::string worker_id_;  // empty: must register
  Backoff backoff_;
  LeaseGuard guard_;
  absl::Duration last_heard_;
  int beats_ = 0, lease_timers_ = 0;  // the latest of each counts
  Outbox outbox_;
  std::shared_ptr<Stream> session_;
  std::deque<v1::Task> waiting_;
  std::unique_ptr<SimulatedAttempt> running_;
  bool report_wanted_ = true;  // of running_
};

}  // namespace rad
