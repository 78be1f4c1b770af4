#include "worker/data/keyed_permutation.h"

#include <bit>

#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

constexpr std::uint64_t kRounds = 6;

}  // namespace

// A Feistel network permutes the numbers of an even number of bits whatever its round function does; walking
// on until one below `count` comes makes of it a permutation of those. At most three in four are too large.
std::uint64_t PermutedIndex(std::uint64_t place, std::uint64_t count, std::uint64_t key) {
  if (count <= 1) return place;
  const int half_bits = (std::bit_width(count - 1) + 1) / 2;
  const std::uint64_t mask = (std::uint64_t{1} << half_bits) - 1;
  std::uint64_t value = place;
  do {
    std::uint64_t left = value >> half_bits, right = value & mask;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      const std::uint64_t mixed = left ^ (SplitMix({key, round, right}).Next() & mask);
      left = right;
      right = mixed;
    }
    value = left << half_bits | right;
  } while (value >= count);
  return value;
}

}  // namespace rad
