// training_history.h: the loss of every step so far. A tensor, so that a checkpoint carries it with the
// weights.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>

#include "worker/distill/training_run.h"

namespace rad {

class TrainingHistory {
 public:
  explicit TrainingHistory(std::int64_t steps);

  void Add(std::int64_t step, const TrainingStep& result);
  std::int64_t SkippedSteps(std::int64_t steps_done) const;
  TrainingOutcome Outcome() const;
  // Of those of the steps that were not skipped; absent when all were.
  std::optional<double> MeanLoss(std::int64_t begin, std::int64_t end) const;
  at::Tensor Losses(std::int64_t begin, std::int64_t end) const { return loss_.slice(0, begin, end); }
  NamedTensor Tensor() const { return {"history.loss", loss_}; }

 private:
  at::Tensor loss_;  // [steps] float64; NaN for a skipped step
};

}  // namespace rad
