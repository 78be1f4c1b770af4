// learning_rate.h: linear warm-up, constant, linear decay to zero.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace rad {

struct LearningRateSchedule {
  double peak = 0;
  std::int64_t steps = 0;      // of the whole run
  double warmup_share = 0.03;  // of the steps, at the start
  double decay_share = 0.5;    // of the steps, at the end
};

// The rate of optimizer step `step`, 0 <= step < steps. Never zero: the first step has part of the peak
// already, and the last step has what is left above zero.
inline double LearningRateAt(const LearningRateSchedule& schedule, std::int64_t step) {
  const auto steps = static_cast<double>(schedule.steps);
  const double warmup = std::max(1.0, std::round(schedule.warmup_share * steps));
  const double decay = std::max(1.0, std::round(schedule.decay_share * steps));
  const auto done = static_cast<double>(step);
  return schedule.peak * std::min({1.0, (done + 1) / warmup, (steps - done) / decay});
}

}  // namespace rad
