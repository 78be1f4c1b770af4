// How long the chaos tests are, and how a failure is played again.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace rad {

inline std::uint64_t NumberFromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

constexpr std::uint64_t kKillsOfShortForm = 50;

// RAD_CHAOS_KILLS: 500 is the long form.
inline std::uint64_t Kills() { return NumberFromEnvironment("RAD_CHAOS_KILLS", kKillsOfShortForm); }

// RAD_CHAOS_SEED, or a new one; printed, and one for the whole program.
inline std::uint64_t Seed() {
  static const std::uint64_t seed = [] {
    const std::uint64_t chosen = NumberFromEnvironment("RAD_CHAOS_SEED", std::random_device()());
    std::cerr << "RAD_CHAOS_SEED=" << chosen << "\n";
    return chosen;
  }();
  return seed;
}

}  // namespace rad
