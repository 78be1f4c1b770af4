#include "coordinator/control_placement.h"

#include <utility>

namespace rad {
namespace {

// SplitMix64 (Steele, Lea and Flood, 2014): unlike the standard distributions, the same everywhere.
std::uint64_t NextRandom(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// Keeps a uniform draw of `count` of the heads (Fisher and Yates). The bias of the remainder is below 2^-40.
void Draw(std::vector<HeadRef>& heads, std::size_t count, std::uint64_t& random) {
  for (std::size_t i = 0; i < count; ++i)
    std::swap(heads[i], heads[i + NextRandom(random) % (heads.size() - i)]);
  heads.resize(count);
}

std::vector<HeadRef> HeadsOfLayer(std::uint32_t layer, std::uint32_t heads_per_layer) {
  std::vector<HeadRef> heads;
  for (std::uint32_t head = 0; head < heads_per_layer; ++head) heads.push_back({layer, head});
  return heads;
}

}  // namespace

std::vector<HeadRef> PlaceAtRandom(HeadGrid grid, std::uint32_t count, std::uint64_t seed) {
  std::vector<HeadRef> heads;
  for (std::uint32_t layer = 0; layer < grid.layers; ++layer) {
    for (const HeadRef& head : HeadsOfLayer(layer, grid.heads_per_layer)) heads.push_back(head);
  }
  Draw(heads, count, seed);
  return heads;
}

std::vector<HeadRef> PlaceUniformly(HeadGrid grid, std::uint32_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> of_layer(grid.layers);
  for (std::uint64_t i = 0; i < count; ++i)
    ++of_layer[(2 * i + 1) * grid.layers / (2 * std::uint64_t{count})];
  std::vector<HeadRef> kept;
  for (std::uint32_t layer = 0; layer < grid.layers; ++layer) {
    std::vector<HeadRef> heads = HeadsOfLayer(layer, grid.heads_per_layer);
    Draw(heads, of_layer[layer], seed);
    kept.insert(kept.end(), heads.begin(), heads.end());
  }
  return kept;
}

std::vector<HeadRef> PlaceLayerWise(HeadGrid grid, std::uint32_t every) {
  std::vector<HeadRef> kept;
  for (std::uint64_t layer = every - std::uint64_t{1}; layer < grid.layers; layer += every) {
    for (const HeadRef& head : HeadsOfLayer(static_cast<std::uint32_t>(layer), grid.heads_per_layer))
      kept.push_back(head);
  }
  return kept;
}

}  // namespace rad
