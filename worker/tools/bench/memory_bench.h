// memory_bench.h: bench memory.
#pragma once

#include <filesystem>

#include "absl/status/status.h"
#include "worker/tools/bench/bench_row.h"

namespace rad {

struct MemoryBench {
  std::filesystem::path model;
  int batch_sequences = 8;
  int sequence_tokens = 128;
};

// What a distillation step allocates at its peak beside weights and optimizer, and how long it takes, with
// each setting that saves memory against the step without: "<setting>_memory_share", "<setting>_time_share".
absl::Status RunMemoryBench(const MemoryBench& bench, const EmitRow& emit);

}  // namespace rad
