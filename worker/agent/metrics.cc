#include "worker/agent/metrics.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/stop_exposer.h"

namespace rad {

AgentMetrics::AgentMetrics()
    : registry_(std::make_shared<prometheus::Registry>()), task_(std::make_shared<TaskMetrics>()) {
  exits_ = &prometheus::BuildCounter()
                .Name("rad_worker_executor_exits_total")
                .Help("Executors that ended, by outcome of their task")
                .Register(*registry_);
  for (const char* outcome : {"succeeded", "invalid", "failed", "crashed", "cancelled"}) {
    exits_->Add({{"outcome", outcome}});
  }
  reconnects_ = &prometheus::BuildCounter()
                     .Name("rad_worker_session_reconnects_total")
                     .Help("Sessions with the coordinator that were lost")
                     .Register(*registry_)
                     .Add({});
  leases_lost_ =
      &prometheus::BuildCounter()
           .Name("rad_worker_leases_lost_total")
           .Help("Times the coordinator was silent for a whole lease, so that running tasks were stopped")
           .Register(*registry_)
           .Add({});
}

absl::StatusOr<std::unique_ptr<AgentMetrics>> AgentMetrics::Serve(const std::string& address) {
  std::unique_ptr<AgentMetrics> metrics(new AgentMetrics());
  try {
    metrics->exposer_ = std::make_unique<prometheus::Exposer>(address, 1);
  } catch (const std::exception&) {
    return absl::UnavailableError(
        absl::StrCat("--metrics: cannot listen on ", address,
                     ": the port is in use or the address is not this machine's; port 0 "
                     "takes any free one"));
  }
  metrics->exposer_->RegisterCollectable(metrics->registry_);
  metrics->exposer_->RegisterCollectable(metrics->task_);
  metrics->port_ = metrics->exposer_->GetListeningPorts().at(0);
  return metrics;
}

AgentMetrics::~AgentMetrics() { StopExposer(std::move(exposer_), port_); }

void AgentMetrics::CountExit(std::string_view outcome) {
  exits_->Add({{"outcome", std::string(outcome)}}).Increment();
}

std::string_view OutcomeName(const v1::TaskFinished& report) {
  if (report.has_result()) return "succeeded";
  switch (report.failure().reason()) {
    case v1::TaskFailure::INVALID:
      return "invalid";
    case v1::TaskFailure::CRASHED:
      return "crashed";
    case v1::TaskFailure::CANCELLED:
      return "cancelled";
    case v1::TaskFailure::PREEMPTED:
      return "preempted";
    default:
      return "failed";
  }
}

}  // namespace rad
