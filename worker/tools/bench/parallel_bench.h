// parallel_bench.h: how much faster two ranks of one thread each distil than one of one thread, on the same
// global batch.
#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "worker/tools/bench/bench_row.h"

namespace rad {

struct ParallelBench {
  std::filesystem::path model;
  int batch_sequences = 32;
  int sequence_tokens = 128;
};

// Emits "data_parallel_ratio". One and two ranks are measured in turns; the ranks are threads that talk over
// the loopback interface as processes would.
absl::Status RunParallelBench(const ParallelBench& bench, const EmitRow& emit);

}  // namespace rad
