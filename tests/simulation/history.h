// history.h: one history: a coordinator, workers and users in virtual time, with whatever the seed has go
// wrong; then all faults end, and every job must. Equal seeds give equal histories.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/trace.h"

namespace rad {

struct HistoryReport {
  std::vector<std::string> violations;
  Tally tally;
  absl::Duration length;
};

// `aloud`: tells all that happens on stdout.
HistoryReport RunHistory(std::uint64_t seed, bool aloud);

}  // namespace rad
