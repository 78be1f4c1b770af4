// task_metrics.h: the running task as metrics. Its series exist only while it runs, so job labels stay
// bounded.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rad/v1/progress.pb.h"

namespace rad {

// Thread-safe: the loop sets, the exposer's thread collects.
class TaskMetrics : public prometheus::Collectable {
 public:
  void Set(const std::string& job_id, const std::string& stage, pid_t executor, const v1::Progress& progress)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<prometheus::MetricFamily> Collect() const override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::string job_id_ ABSL_GUARDED_BY(mutex_), stage_ ABSL_GUARDED_BY(mutex_);
  pid_t executor_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: none runs
  v1::Progress progress_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rad
