// peak_memory.h: the most memory that this process has had resident, as the kernel counts it.
#pragma once

#include <cstdint>

namespace rad {

// Bytes since the program began or the last call. Gives freed memory back to the kernel first, so that what
// an earlier piece of work left behind does not count for the next.
std::int64_t PeakMemoryBytesAndReset();

}  // namespace rad
