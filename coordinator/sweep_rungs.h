// sweep_rungs.h: asynchronous successive halving (Li et al. 2020): which points go on to the next rung and
// which stop. A point goes on as soon as it is among the best 1/divisor of those that have finished its rung,
// so nobody waits for the slowest; once nobody can come to a rung any more, its best one goes on in any case
// and the rest stop. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rad/v1/sweep.pb.h"

namespace rad {

struct RungDecision {
  std::vector<std::uint32_t> promoted;  // points that may start their next rung, the highest rungs first
  struct Stop {
    std::uint32_t point = 0;
    std::string reason;
  };
  std::vector<Stop> stopped;
};

// `points` by number; a defaulted EarlyStop.
RungDecision DecideRungs(const v1::EarlyStop& early_stop, const std::vector<v1::SweepPoint>& points);

}  // namespace rad
