// load_run.h: one coordinator under one load, measured.
#pragma once

#include <filesystem>
#include <string>

namespace rad {

struct LoadSize {
  int queued_jobs = 0;
  int workers = 0;
};

struct LoadFigures {
  double fill_p99_ms = 0;  // of submits by four clients at once, while workers are given work
  // With the queue full and tasks ending:
  double submit_p99_ms = 0;  // one after another, a hundred a second at most
  double pass_mean_ms = 0, pass_p99_ms = 0;
  double passes_per_second = 0;
  double heartbeat_core_share = 0;
  double busy_core_share = 0;  // while tasks end and jobs are submitted
  double restart_to_serving_s = 0;
  double restart_to_all_workers_s = 0;
  double memory_mb = 0;
};

// `folder` is to be empty. Prints what it is doing to stderr.
LoadFigures MeasureLoad(const LoadSize& size, const std::filesystem::path& folder);

}  // namespace rad
