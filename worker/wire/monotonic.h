// monotonic.h: time that never jumps, for leases, rates and deadlines. Comparable within one process only.
#pragma once

#include <chrono>

#include "absl/time/time.h"

namespace rad {

inline absl::Time MonotonicNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace rad
