// parameter_owners.h: which rank of a gang holds the optimizer's state of which parameter. Pure, no torch.
#pragma once

#include <cstdint>
#include <vector>

namespace rad {

// The rank of each parameter, given their sizes: the largest first, each to the rank that has least so far.
std::vector<int> OwnersOf(const std::vector<std::int64_t>& sizes, int world_size);

}  // namespace rad
