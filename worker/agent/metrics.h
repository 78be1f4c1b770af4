// metrics.h: what Prometheus sees of this worker, with the running task's progress mirrored under its job and
// stage.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rad/v1/progress.pb.h"
#include "rad/v1/worker.pb.h"
#include "worker/agent/task_metrics.h"

namespace rad {

class AgentMetrics {
 public:
  // Serves /metrics on HOST:PORT. UNAVAILABLE when the address cannot be had.
  static absl::StatusOr<std::unique_ptr<AgentMetrics>> Serve(const std::string& address);
  ~AgentMetrics();

  int port() const { return port_; }
  // Outcomes are the words of OutcomeName, so their number is bounded.
  void CountExit(std::string_view outcome);
  void CountReconnect() { reconnects_->Increment(); }
  void CountLeaseLost() { leases_lost_->Increment(); }
  TaskMetrics& task() { return *task_; }

 private:
  AgentMetrics();
  std::shared_ptr<prometheus::Registry> registry_;
  std::shared_ptr<TaskMetrics> task_;
  prometheus::Family<prometheus::Counter>* exits_;
  prometheus::Counter* reconnects_;
  prometheus::Counter* leases_lost_;
  std::unique_ptr<prometheus::Exposer> exposer_;  // gone before what it serves
  int port_ = 0;
};

// "succeeded", "invalid", "failed", "crashed" or "cancelled".
std::string_view OutcomeName(const v1::TaskFinished& report);

}  // namespace rad
