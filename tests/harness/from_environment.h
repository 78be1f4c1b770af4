// from_environment.h: what a long form of a test, or the replay of a failure, is told.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace rad {

inline std::uint64_t NumberFromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace rad
