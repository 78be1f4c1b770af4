// sweep_planner.h: what a sweep does next: which points get a job, which end without one, and when the sweep
// ends. Pure: nothing is read but the sweep and its ledger.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rad/v1/record.pb.h"

namespace rad {

struct SweepDecision {
  struct Start {
    std::uint32_t point = 0;
    std::uint32_t rung = 0;
    bool operator==(const Start&) const = default;
  };
  struct End {
    std::uint32_t point = 0;
    v1::State state = v1::STATE_UNSPECIFIED;
    std::string reason;
    bool stopped_early = false;
  };
  std::vector<Start> starts;
  std::vector<End> ends;
  std::vector<std::string> cancels;         // jobs to be cancelled
  v1::State state = v1::STATE_UNSPECIFIED;  // of the sweep, once all that is done
  std::string reason;                       // always set: why it waits, or how it ended
};

// `points` by number, of a sweep that has not ended.
SweepDecision DecideSweep(const v1::SweepRecord& sweep, const std::vector<v1::SweepPoint>& points);

}  // namespace rad
