// batch_parts.h: which sequences of a training batch are whose. Pure, no torch.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/gang.h"

namespace rad {

struct BatchPart {
  std::int64_t begin = 0, count = 0;  // sequences
  bool operator==(const BatchPart&) const = default;
};

// The parts that this seat computes, one after the other: each of the seat's batch_parts is one rank's, and
// their sizes differ by at most one. Empty parts are left out.
std::vector<BatchPart> PartsOf(const GangSeat& seat, std::int64_t sequences);

}  // namespace rad
