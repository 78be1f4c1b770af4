// service_bench.h: ranking as users run it: workers beside one another, and a race through the whole service.
#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "worker/model/precision.h"
#include "worker/tools/bench/bench_row.h"

namespace rad {

// Two executors of one thread each, half of the heads each, against one of one thread with all of them:
// "two_workers_ratio".
struct TwoWorkersBench {
  std::filesystem::path model;
  std::filesystem::path examples;  // as score-heads reads them
  std::filesystem::path folder;    // for what they print
  Precision precision;
};
absl::Status BenchTwoWorkers(const TwoWorkersBench& bench, const EmitRow& emit);

// A race of all heads for the best five through coordinator, worker and executor, from nothing to the result:
// "race_seconds" and "race_evaluations".
struct RaceBench {
  std::filesystem::path model;
  Precision precision;
  std::filesystem::path folder;     // for the spec and the service's data
  double authors_seconds_each = 0;  // of one evaluation by the authors' loop: "race_vs_authors_loop"
  int examples = 0;                 // that the authors' loop would run every head on
};
absl::Status BenchRace(const RaceBench& bench, const EmitRow& emit);

// What the tests' program `race_agreement` prints beside this one: the race on measured tables.
absl::Status BenchRaceAgreement(const std::filesystem::path& test_data, const std::filesystem::path& folder,
                                const EmitRow& emit);

}  // namespace rad
