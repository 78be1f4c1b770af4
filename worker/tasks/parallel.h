// parallel.h: a few calls at once, to hide the network's latency.
#pragma once

#include <cstddef>
#include <functional>

#include "absl/status/status.h"

namespace rad {

// Calls work(0) .. work(count - 1) on at most `threads` threads. After an error no further work begins; the
// first error is returned once all threads have ended.
absl::Status ForEachInParallel(std::size_t count, std::size_t threads,
                               const std::function<absl::Status(std::size_t)>& work);

}  // namespace rad
