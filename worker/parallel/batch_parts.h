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
// their sizes differ by at most one. A part above `most` sequences (0: no bound) is cut further, into as few
// pieces as that needs. Empty parts are left out.
std::vector<BatchPart> PartsOf(const GangSeat& seat, std::int64_t sequences, std::int64_t most = 0);

}  // namespace rad
