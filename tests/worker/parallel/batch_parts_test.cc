#include "worker/parallel/batch_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "worker/parallel/layer_share.h"

namespace rad {
namespace {

using testing::ElementsAre;

TEST(BatchParts, OneWorkerTakesAllPartsInTurn) {
  EXPECT_THAT(PartsOf({}, 3), ElementsAre(BatchPart{0, 3}));
  EXPECT_THAT(PartsOf({.batch_parts = 2}, 3), ElementsAre(BatchPart{0, 1}, BatchPart{1, 2}));
}

TEST(BatchParts, OfEveryWorldSizeCoverEverySequenceOnceAndAreTheSame) {
  for (int world_size = 1; world_size <= 5; ++world_size) {
    std::set<std::int64_t> sequences, begins;
    for (int rank = 0; rank < world_size; ++rank) {
      for (const BatchPart& part : PartsOf({rank, world_size, 5}, 17)) {
        begins.insert(part.begin);
        for (std::int64_t i = part.begin; i < part.begin + part.count; ++i)
          EXPECT_TRUE(sequences.insert(i).second);
      }
    }
    EXPECT_EQ(sequences.size(), 17u);
    EXPECT_THAT(begins, ElementsAre(0, 3, 6, 10, 13));
  }
}

TEST(LayerShare, CoversEveryLayerOnceAndLeavesNoRankWithout) {
  for (int layers = 1; layers <= 30; ++layers) {
    for (int world_size = 1; world_size <= layers; ++world_size) {
      int next = 0;
      for (int rank = 0; rank < world_size; ++rank) {
        const LayerShare share = LayersOf(rank, world_size, layers);
        EXPECT_EQ(share.begin, next);
        EXPECT_GT(share.end, share.begin);
        next = share.end;
      }
      EXPECT_EQ(next, layers);
    }
  }
}

}  // namespace
}  // namespace rad
