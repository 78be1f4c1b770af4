#include "coordinator/metrics.h"

namespace rad {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.1, 0.5, 1,   5,    10,    30,
                                                          60,  300, 900, 3600, 14400, 86400};
// Users wait behind a pass.
const prometheus::Histogram::BucketBoundaries kPassSeconds = {
    0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 5};

prometheus::Family<prometheus::Histogram>& MakeHistogram(prometheus::Registry& registry, const char* name,
                                                         const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

prometheus::Counter& MakeCounter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

CoordinatorMetrics::CoordinatorMetrics()
    : task_seconds_(MakeHistogram(*registry_, "rad_task_duration_seconds",
                                  "Time from handing an attempt of a task to a worker until its end.")),
      stage_seconds_(MakeHistogram(*registry_, "rad_stage_duration_seconds",
                                   "Computing time of a stage that was not reused.")),
      wait_seconds_(MakeHistogram(*registry_, "rad_queue_wait_seconds",
                                  "Time a task was ready before a worker took it.")
                        .Add({}, kSeconds)),
      pass_seconds_(MakeHistogram(*registry_, "rad_scheduling_pass_seconds",
                                  "Time to decide what every waiting task is given, and to hand it out.")
                        .Add({}, kPassSeconds)),
      leases_lost_(MakeCounter(*registry_, "rad_leases_lost_total", "Workers whose lease ran out.")),
      stale_reports_(MakeCounter(*registry_, "rad_stale_reports_refused_total",
                                 "Reports and writes refused because a newer attempt exists.")),
      checkpoints_refused_(MakeCounter(*registry_, "rad_checkpoints_refused_total",
                                       "Checkpoints refused: disk full, or their job's quota spent.")),
      chunks_damaged_(MakeCounter(*registry_, "rad_chunks_damaged_total",
                                  "Stored chunks whose bytes were found damaged, and dropped.")),
      heads_scored_(MakeCounter(*registry_, "rad_heads_scored_total",
                                "Evaluations of one head on one probe example.")) {}

void CoordinatorMetrics::TaskEnded(const std::string& kind, const std::string& outcome, double seconds) {
  task_seconds_.Add({{"kind", kind}, {"outcome", outcome}}, kSeconds).Observe(seconds);
}

void CoordinatorMetrics::StageEnded(const std::string& kind, double seconds) {
  stage_seconds_.Add({{"kind", kind}}, kSeconds).Observe(seconds);
}

void CoordinatorMetrics::TaskWaited(double seconds) { wait_seconds_.Observe(seconds); }

}  // namespace rad
