// keyed_permutation.h: a random order of [0, count) without a table of it.
#pragma once

#include <cstdint>

namespace rad {

// What stands at `place` of the order that belongs to `key`; place < count. For every key a permutation.
std::uint64_t PermutedIndex(std::uint64_t place, std::uint64_t count, std::uint64_t key);

}  // namespace rad
