// simulation_form.h: how many histories the simulation runs, and how one that failed is played again.
#pragma once

#include <cstdint>
#include <random>

#include "tests/harness/from_environment.h"

namespace rad {

constexpr std::uint64_t kHistoriesOfShortForm = 150;

// RAD_SIMULATION_SEED names the one history to be played again, aloud.
inline bool IsReplay() { return std::getenv("RAD_SIMULATION_SEED") != nullptr; }

// RAD_SIMULATION_HISTORIES: 20000 is the long form.
inline std::uint64_t Histories() {
  return IsReplay() ? 1 : NumberFromEnvironment("RAD_SIMULATION_HISTORIES", kHistoriesOfShortForm);
}

// Of the first history; the others follow it.
inline std::uint64_t FirstSeed() {
  return NumberFromEnvironment("RAD_SIMULATION_SEED", std::random_device()());
}

}  // namespace rad
