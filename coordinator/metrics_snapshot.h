// metrics_snapshot.h: gauges read off the coordinator's state at the moment of a scrape. A job's own series
// exist only while the job runs, so their number stays bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"
#include "rad/v1/service.pb.h"

namespace rad {

struct RunningStageMetrics {
  std::string job;
  v1::StageStatus stage;
};

struct MetricsSnapshot {
  std::map<std::string, double> jobs_by_state;
  std::map<std::string, double> tasks_by_state;
  std::map<std::string, double> workers_by_state;
  std::map<std::string, double> pending_jobs_by_reason;
  std::map<std::string, double> database_disk_bytes;  // by database: meta, ckpt
  std::map<std::string, double> database_memtable_bytes;
  double resident_bytes = 0;
  double newest_backup_unix_seconds = 0;  // 0: none
  std::vector<RunningStageMetrics> running;
};

std::vector<prometheus::MetricFamily> RenderSnapshot(const MetricsSnapshot& snapshot);

// Of this process, from the kernel; 0 where it does not tell.
double ResidentBytes();

// Scrapes call `take`, from the exposer's threads.
class SnapshotCollector : public prometheus::Collectable {
 public:
  explicit SnapshotCollector(std::function<MetricsSnapshot()> take) : take_(std::move(take)) {}
  std::vector<prometheus::MetricFamily> Collect() const override { return RenderSnapshot(take_()); }

 private:
  const std::function<MetricsSnapshot()> take_;
};

}  // namespace rad
