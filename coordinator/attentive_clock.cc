#include "coordinator/attentive_clock.h"

#include <algorithm>
#include <utility>

namespace rad {

absl::Duration AttentiveClock::Monotonic() const {
  absl::MutexLock lock(&mutex_);
  const absl::Duration read = clock_.Monotonic();
  now_ += std::min(read - std::exchange(read_, read), kLongestStep);
  return now_;
}

}  // namespace rad
