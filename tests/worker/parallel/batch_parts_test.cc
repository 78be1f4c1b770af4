#include "worker/parallel/batch_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "worker/parallel/layer_share.h"
#include "worker/parallel/parameter_owners.h"

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

TEST(BatchParts, AreCutIntoNoMoreSequencesThanFit) {
  EXPECT_THAT(PartsOf({}, 5, 2), ElementsAre(BatchPart{0, 1}, BatchPart{1, 2}, BatchPart{3, 2}));
  EXPECT_THAT(PartsOf({}, 5, 5), ElementsAre(BatchPart{0, 5}));
  EXPECT_THAT(PartsOf({.rank = 1, .world_size = 2, .batch_parts = 2}, 7, 3),
              ElementsAre(BatchPart{3, 2}, BatchPart{5, 2}));
  EXPECT_THAT(PartsOf({.batch_parts = 3}, 2, 1), ElementsAre(BatchPart{0, 1}, BatchPart{1, 1}));
}

TEST(ParameterOwners, HoldAboutAsMuchEach) {
  EXPECT_THAT(OwnersOf({10, 1, 6, 5, 1}, 2), ElementsAre(0, 0, 1, 1, 0));
  EXPECT_THAT(OwnersOf({3, 2}, 3), ElementsAre(0, 1));
  EXPECT_THAT(OwnersOf({3, 2}, 1), ElementsAre(0, 0));
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
