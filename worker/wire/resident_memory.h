// resident_memory.h: how much memory a process of this machine holds.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace rad {

// Resident bytes of process `pid`; 0 when it is gone.
std::int64_t ResidentBytes(pid_t pid);

}  // namespace rad
