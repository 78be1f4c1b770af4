#include "worker/distill/training_history.h"

#include <algorithm>
#include <limits>

namespace rad {

TrainingHistory::TrainingHistory(std::int64_t steps) : loss_(at::zeros({steps}, at::kDouble)) {}

void TrainingHistory::Add(std::int64_t step, const TrainingStep& result) {
  loss_[step].fill_(result.skipped ? std::numeric_limits<double>::quiet_NaN() : result.loss);
}

std::int64_t TrainingHistory::SkippedSteps(std::int64_t steps_done) const {
  return loss_.slice(0, 0, steps_done).isnan().sum().item<std::int64_t>();
}

std::optional<double> TrainingHistory::MeanLoss(std::int64_t begin, std::int64_t end) const {
  const at::Tensor losses = Losses(begin, end);
  const at::Tensor taken = losses.masked_select(losses.isnan().logical_not());
  if (taken.numel() == 0) return std::nullopt;
  return taken.mean().item<double>();
}

TrainingOutcome TrainingHistory::Outcome() const {
  const std::int64_t steps = loss_.size(0);
  TrainingOutcome outcome{.steps = steps, .skipped_steps = SkippedSteps(steps)};
  outcome.first_loss = MeanLoss(0, 1).value_or(0);
  outcome.last_loss = MeanLoss(steps - std::max<std::int64_t>(1, steps / 10), steps).value_or(0);
  return outcome;
}

}  // namespace rad
