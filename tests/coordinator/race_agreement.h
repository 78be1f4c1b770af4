// race_agreement.h: whether the race finds what the exhaustive ranking of the same table finds, and what it
// costs.
#pragma once

#include <cstdint>

#include "tests/coordinator/simulated_heads.h"

namespace rad {

inline constexpr int kRaceOrders = 40;  // of the examples, each a race

struct RaceAgreement {
  int agreed = 0;  // of kRaceOrders: equal sets of `top` heads, but for heads whose intervals meet
  double evaluations_ratio = 0;  // exhaustive over race
};

RaceAgreement CompareRaces(Simulation simulation, std::uint32_t top);

}  // namespace rad
