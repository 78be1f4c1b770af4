#include "coordinator/straggler.h"

#include <algorithm>
#include <cmath>

namespace rad {
namespace {

constexpr double kRecentSteps = 30;  // older ones count less than 1/e

}  // namespace

void StepCost::Observe(std::uint64_t step, double compute_seconds) {
  if (last_ && step == last_->step) return;
  if (last_ && step > last_->step && compute_seconds > last_->compute_seconds) {
    const auto steps = static_cast<double>(step - last_->step);
    const double newest = (compute_seconds - last_->compute_seconds) / steps;
    const double kept = seconds_ > 0 ? std::exp(-steps / kRecentSteps) : 0;
    seconds_ = kept * seconds_ + (1 - kept) * newest;
  }
  last_ = Report{step, compute_seconds};
}

std::vector<double> StragglerScores(const std::vector<double>& step_seconds) {
  std::vector<double> known;
  std::copy_if(step_seconds.begin(), step_seconds.end(), std::back_inserter(known),
               [](double seconds) { return seconds > 0; });
  std::vector<double> scores(step_seconds.size());
  if (known.empty()) return scores;
  const auto median = known.begin() + static_cast<std::ptrdiff_t>((known.size() - 1) / 2);
  std::nth_element(known.begin(), median, known.end());
  std::transform(step_seconds.begin(), step_seconds.end(), scores.begin(),
                 [&](double seconds) { return seconds / *median; });
  return scores;
}

}  // namespace rad
