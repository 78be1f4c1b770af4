// metrics.h: what the coordinator counts as it happens. What can be read off its state instead is in
// metrics_snapshot.h. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace rad {

class CoordinatorMetrics {
 public:
  CoordinatorMetrics();

  // `kind` of stage ("align"); `outcome` is "succeeded", "failed", "hung", "lost" or "preempted".
  void TaskEnded(const std::string& kind, const std::string& outcome, double seconds);
  void StageEnded(const std::string& kind, double seconds);
  void TaskWaited(double seconds);  // from ready to handed to a worker
  void SchedulingPass(double seconds) { pass_seconds_.Observe(seconds); }
  void LeaseLost() { leases_lost_.Increment(); }
  void StaleReport() { stale_reports_.Increment(); }
  void CheckpointRefused() { checkpoints_refused_.Increment(); }
  void ChunkDamaged() { chunks_damaged_.Increment(); }
  void HeadsScored(double evaluations) { heads_scored_.Increment(evaluations); }

  std::shared_ptr<prometheus::Registry> registry() { return registry_; }

 private:
  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Histogram>& task_seconds_;
  prometheus::Family<prometheus::Histogram>& stage_seconds_;
  prometheus::Histogram& wait_seconds_;
  prometheus::Histogram& pass_seconds_;
  prometheus::Counter& leases_lost_;
  prometheus::Counter& stale_reports_;
  prometheus::Counter& checkpoints_refused_;
  prometheus::Counter& chunks_damaged_;
  prometheus::Counter& heads_scored_;
};

}  // namespace rad
