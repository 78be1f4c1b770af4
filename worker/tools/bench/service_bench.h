// service_bench.h: ranking as users run it: workers beside one another, and a race through the whole service.
#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "worker/tools/bench/bench_row.h"

namespace rad {

// Two executors of one thread each, half of the heads each, against one of one thread with all of them:
// "two_workers_ratio". `examples` is a file as score-heads reads it; files go into `folder`.
absl::Status BenchTwoWorkers(const std::filesystem::path& model, const std::filesystem::path& examples,
                             const std::filesystem::path& folder, const EmitRow& emit);

// A race of all heads for the best five through coordinator, worker and executor, from nothing to the result:
// "race_seconds" and "race_evaluations".
struct RaceBench {
  std::filesystem::path model;
  std::filesystem::path folder;     // for the spec and the service's data
  double authors_seconds_each = 0;  // of one evaluation by the authors' loop: "race_vs_authors_loop"
  int examples = 0;                 // that the authors' loop would run every head on
};
absl::Status BenchRace(const RaceBench& bench, const EmitRow& emit);

}  // namespace rad
