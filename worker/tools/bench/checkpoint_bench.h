// checkpoint_bench.h: how long checkpoints hold up training.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "worker/distill/head_aligner.h"
#include "worker/tools/bench/bench_row.h"

namespace rad {

// Aligns for some steps with a checkpoint at the default interval, kept in `folder`:
// "checkpoint_stall_share", the time that steps waited for checkpoints over all time.
absl::Status BenchCheckpoints(const std::filesystem::path& folder, HeadAligner& aligner,
                              const std::vector<BatchTensors>& batches, const EmitRow& emit);

}  // namespace rad
