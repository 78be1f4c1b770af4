// step_race.h: one kind of training step, in turns with its peer and with the GEMM that both are made of.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/distill/training_tensors.h"
#include "worker/tools/bench/bench_row.h"
#include "worker/tools/bench/peer_process.h"
#include "worker/tools/bench/turns.h"

namespace rad {

struct TrainingSteps {
  std::string name;  // "align"
  double flops = 0;  // of a step
  std::function<void(const BatchTensors& batch, std::int64_t step)> train;
  std::vector<BatchTensors> batches;  // taken round and round
};

class StepRace {
 public:
  // The GEMM is of `dtype`. The peer may be null.
  StepRace(TrainingSteps steps, at::ScalarType dtype, PeerProcess* peer)
      : steps_(std::move(steps)), peer_(peer), gemm_(dtype) {}

  // A first turn warms up both and does not count.
  absl::Status Run(int turns);
  // The rows "<name>_gemm_share<suffix>", "_vs_eager" and "_memory_share"; without a peer
  // "_tokens_per_second" and
  // "_memory" instead of the last two. Memory is that of the turns. Call once, after Run.
  absl::Status Emit(const std::string& suffix, const EmitRow& emit) const;

 private:
  absl::Status Turn(int turn);

  const TrainingSteps steps_;
  PeerProcess* const peer_;
  GemmPeak gemm_;
  Turns ours_, peers_;
};

}  // namespace rad
