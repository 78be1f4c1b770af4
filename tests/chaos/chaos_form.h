// How long the chaos tests are, and how a failure is played again.
#pragma once

#include <cstdint>
#include <iostream>
#include <random>

#include "tests/harness/from_environment.h"

namespace rad {

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
