#include "coordinator/control_placement.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace rad {
namespace {

constexpr HeadGrid kGrid{6, 3};

TEST(ControlPlacement, DrawsDependOnTheSeedAloneAndReachEveryHead) {
  std::set<HeadRef> at_random, uniformly;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::vector<HeadRef> drawn = PlaceAtRandom(kGrid, 3, seed), spread = PlaceUniformly(kGrid, 6, seed);
    EXPECT_EQ(drawn, PlaceAtRandom(kGrid, 3, seed));
    EXPECT_EQ(spread, PlaceUniformly(kGrid, 6, seed));
    EXPECT_EQ(std::set<HeadRef>(drawn.begin(), drawn.end()).size(), 3u);
    at_random.insert(drawn.begin(), drawn.end());
    uniformly.insert(spread.begin(), spread.end());
  }
  EXPECT_EQ(at_random.size(), 18u);
  EXPECT_EQ(uniformly.size(), 18u);
}

std::vector<std::uint32_t> HeadsPerLayer(std::uint32_t count) {
  const std::vector<HeadRef> kept = PlaceUniformly(kGrid, count, 1);
  EXPECT_EQ(std::set<HeadRef>(kept.begin(), kept.end()).size(), count);
  std::vector<std::uint32_t> per_layer(kGrid.layers);
  for (const HeadRef& head : kept) ++per_layer[head.layer];
  return per_layer;
}

TEST(ControlPlacement, UniformIsAsEvenAsTheCountAllows) {
  using Layers = std::vector<std::uint32_t>;
  EXPECT_EQ(HeadsPerLayer(2), (Layers{0, 1, 0, 0, 1, 0}));
  EXPECT_EQ(HeadsPerLayer(6), (Layers{1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(HeadsPerLayer(9), (Layers{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(HeadsPerLayer(18), (Layers{3, 3, 3, 3, 3, 3}));
  EXPECT_EQ(HeadsPerLayer(0), (Layers{0, 0, 0, 0, 0, 0}));
}

TEST(ControlPlacement, LayerWiseKeepsEveryNthLayerWhole) {
  const std::vector<HeadRef> third = {{2, 0}, {2, 1}, {2, 2}, {5, 0}, {5, 1}, {5, 2}};
  EXPECT_EQ(PlaceLayerWise(kGrid, 3), third);
  EXPECT_EQ(PlaceLayerWise(kGrid, 1).size(), 18u);
  EXPECT_EQ(PlaceLayerWise(kGrid, 4).size(), 3u);  // layer 3; the last stretch is too short for another
}

}  // namespace
}  // namespace rad
