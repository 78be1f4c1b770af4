#include "worker/tasks/rate.h"

#include <algorithm>
#include <cmath>

namespace rad {

void Rate::Observe(double done, absl::Time now) {
  if (!last_ || done < done_) {
    *this = Rate();
    last_ = now;
    done_ = done;
    return;
  }
  const double seconds = absl::ToDoubleSeconds(now - *last_);
  if (seconds <= 0) return;  // counted with the next
  const double kept = std::exp(-seconds / absl::ToDoubleSeconds(kSmoothing));
  smoothed_ = kept * smoothed_ + (1 - kept) * (done - done_) / seconds;
  weight_ = kept * weight_ + (1 - kept);
  last_ = now;
  done_ = done;
}

double Rate::EtaSeconds(double total) const {
  const double rate = per_second();
  return rate > 0 && total > 0 ? std::max(0.0, total - done_) / rate : -1;
}

}  // namespace rad
