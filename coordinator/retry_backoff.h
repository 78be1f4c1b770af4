// retry_backoff.h: how long a task waits before it is tried again. Pure.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "rad/v1/plan.pb.h"

namespace rad {

inline constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
inline constexpr absl::Duration kLongestBackoff = absl::Seconds(30);

// After its failure number `failures`, counted from 1. Doubles from kFirstBackoff up to kLongestBackoff; the
// second half of that is drawn, from the task's id and attempt, so that tasks which failed together do not
// all come back together.
absl::Duration RetryBackoff(const v1::Task& task, std::uint32_t failures);

}  // namespace rad
