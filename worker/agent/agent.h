// agent.h: a worker: takes tasks from the coordinator, runs each in an executor, and passes on what that
// reports.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "rad/v1/worker.pb.h"
#include "worker/agent/attempt_queue.h"
#include "worker/agent/coordinator_link.h"
#include "worker/agent/data_folder.h"
#include "worker/agent/event_loop.h"
#include "worker/agent/metrics.h"
#include "worker/agent/options.h"
#include "worker/agent/outbox.h"

namespace rad {

class Agent {
 public:
  Agent(const AgentOptions& options, std::unique_ptr<DataFolder> folder,
        std::unique_ptr<AgentMetrics> metrics);
  ~Agent();

  // Serves until SIGTERM or SIGINT, which the caller has blocked together with SIGCHLD before any thread
  // began. An error says why the coordinator will never take this worker.
  absl::Status Run();

 private:
  void OnSignal();
  void OnDirective(const v1::Directive& directive);
  void Start(const v1::Task& task);
  void SendReports(const std::vector<v1::TaskFinished>& reports);
  void SendProgress();
  void SendLogsSoon();
  void SendLogs();
  void Finished(v1::TaskFinished report, bool wanted);
  void LeaseEnds(absl::Duration left);
  void ShutDown();
  void EndWhenIdle();

  EventLoop loop_;
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<AgentMetrics> metrics_;
  Outbox outbox_;
  AttemptQueue attempts_;
  CoordinatorLink link_;
  int signal_fd_;
  bool logs_due_ = false;
  bool shutting_down_ = false;
  bool closing_ = false;
  EventLoop::TimerId log_timer_;
  absl::Status refusal_;
};

// Blocks the signals that Agent::Run takes from a descriptor, in this thread and all it starts.
void BlockAgentSignals();

}  // namespace rad
