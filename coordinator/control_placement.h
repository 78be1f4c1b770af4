// control_placement.h: sets of heads that know nothing of the ranking, to compare it with. The same draw on
// every machine, and reaching every head. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "coordinator/score_table.h"

namespace rad {

struct HeadGrid {
  std::uint32_t layers = 0;
  std::uint32_t heads_per_layer = 0;
};

// `count` of all heads, each set as likely as any other. count <= layers * heads_per_layer.
std::vector<HeadRef> PlaceAtRandom(HeadGrid grid, std::uint32_t count, std::uint64_t seed);

// As evenly over the layers as `count` allows, where it is less than the layers in the middles of equal
// stretches of them; which heads of a layer is drawn.
std::vector<HeadRef> PlaceUniformly(HeadGrid grid, std::uint32_t count, std::uint64_t seed);

// All heads of layers every - 1, 2 every - 1, ..., none of the others: full attention in every `every`-th
// layer.
std::vector<HeadRef> PlaceLayerWise(HeadGrid grid, std::uint32_t every);

}  // namespace rad
