#include "worker/distill/training_history.h"

#include <algorithm>
#include <limits>

namespace rad {
namespace {

// Of the steps that were not skipped; 0 when all were.
double Mean(const at::Tensor& loss) {
  const at::Tensor taken = loss.masked_select(loss.isnan().logical_not());
  return taken.numel() == 0 ? 0 : taken.mean().item<double>();
}

}  // namespace

TrainingHistory::TrainingHistory(std::int64_t steps) : loss_(at::zeros({steps}, at::kDouble)) {}

void TrainingHistory::Add(std::int64_t step, const TrainingStep& result) {
  loss_[step].fill_(result.skipped ? std::numeric_limits<double>::quiet_NaN() : result.loss);
}

std::int64_t TrainingHistory::SkippedSteps(std::int64_t steps_done) const {
  return loss_.slice(0, 0, steps_done).isnan().sum().item<std::int64_t>();
}

TrainingOutcome TrainingHistory::Outcome() const {
  const std::int64_t steps = loss_.size(0);
  TrainingOutcome outcome{.steps = steps, .skipped_steps = SkippedSteps(steps)};
  outcome.first_loss = Mean(loss_.slice(0, 0, 1));
  outcome.last_loss = Mean(loss_.slice(0, steps - std::max<std::int64_t>(1, steps / 10)));
  return outcome;
}

}  // namespace rad
