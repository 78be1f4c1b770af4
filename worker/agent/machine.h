// machine.h: what this worker's machine offers, as the operating system tells.
#pragma once

#include <cstdint>
#include <string>

namespace rad {

std::string HostName();
std::uint32_t AllThreads();  // cores this process may use
std::uint64_t TotalMemoryBytes();

}  // namespace rad
