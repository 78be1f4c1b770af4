#include "worker/wire/backoff.h"

#include <algorithm>

#include "absl/random/distributions.h"

namespace rad {

absl::Duration Backoff::Next(absl::BitGenRef random) {
  const absl::Duration delay = next_ * absl::Uniform(random, 0.5, 1.0);
  next_ = std::min(2 * next_, limit_);
  return delay;
}

}  // namespace rad
