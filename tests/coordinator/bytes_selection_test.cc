#include "coordinator/bytes_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace rad {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// SmolLM2-135M: 30 layers of 9 heads in groups of 3, P = 64.
v1::TeacherInfo Smollm2() {
  v1::TeacherInfo teacher;
  teacher.set_layers(30);
  teacher.set_heads(9);
  teacher.set_kv_heads(3);
  teacher.set_head_dim(64);
  return teacher;
}

// What the evaluation of such a student measured: 485.2 KiB at 128 tokens, 1.88 MiB at 2048.
TEST(DecodingBytes, AreThoseThatAnEvaluationMeasures) {
  const std::vector<HeadRef> kept = {{1, 5}, {16, 0}, {16, 1}, {16, 2}, {18, 6}};
  EXPECT_NEAR(DecodingBytes(Smollm2(), {8, 128}, kept) / 1024.0, 485.2, 0.05);
  EXPECT_NEAR(DecodingBytes(Smollm2(), {8, 2048}, kept) / 1048576.0, 1.88, 0.005);
}

TEST(DecodingBytes, SsmHeadsMayBeOfAnotherHeadDimension) {
  const DecodingShape shape{.state_dim = 8, .context_tokens = 128, .head_dim = 32};
  EXPECT_EQ(SsmHeadBytes(Smollm2(), shape), 2 * (32 * 8 + 3 * (32 + 2 * 8)));
  EXPECT_EQ(GroupBytes(Smollm2(), shape), GroupBytes(Smollm2(), {8, 128}));
}

TEST(DecodingBytes, WithTheOtherJoinsKeptHeadsHaveAStateToo) {
  const std::vector<HeadRef> kept = {{16, 0}, {16, 1}};
  for (const auto join : {v1::Student::ADAPTER, v1::Student::SUM}) {
    const DecodingShape shape{8, 128, join};
    EXPECT_EQ(DecodingBytes(Smollm2(), shape, kept),
              DecodingBytes(Smollm2(), shape, {}) + GroupBytes(Smollm2(), shape));
    EXPECT_EQ(DecodingBytes(Smollm2(), {8, 128}, kept) + 2 * SsmHeadBytes(Smollm2(), shape),
              DecodingBytes(Smollm2(), shape, kept));
  }
}

TEST(DecodingBytes, NeighboursReadOneGroup) {
  EXPECT_EQ(GroupOf(Smollm2(), {4, 5}), (HeadRef{4, 1}));
  EXPECT_EQ(GroupOf(Smollm2(), {4, 6}), (HeadRef{4, 2}));
}

RankedHead Head(std::uint32_t layer, std::uint32_t head, double drop) {
  RankedHead ranked;
  ranked.head = {layer, head};
  ranked.drop = drop;
  return ranked;
}

constexpr DecodingShape kShape{8, 2048};

std::uint64_t RoomFor(std::uint64_t groups) {
  return DecodingBytes(Smollm2(), kShape, {}) + groups * GroupBytes(Smollm2(), kShape);
}

// Two heads of 3 in one group beat one of 5 in another: K and V are held once.
TEST(BytesSelection, AGroupIsWorthAllOfItsHeads) {
  const std::vector<RankedHead> ranking = {Head(5, 0, 5), Head(7, 3, 3), Head(7, 4, 3), Head(9, 0, -1)};
  EXPECT_THAT(SelectByBytes(ranking, Smollm2(), kShape, RoomFor(1)),
              UnorderedElementsAre(HeadRef{7, 3}, HeadRef{7, 4}));
  EXPECT_THAT(SelectByBytes(ranking, Smollm2(), kShape, RoomFor(2)),
              UnorderedElementsAre(HeadRef{5, 0}, HeadRef{7, 3}, HeadRef{7, 4}));
  EXPECT_THAT(SelectByBytes(ranking, Smollm2(), kShape, RoomFor(0)), IsEmpty());
}

TEST(BytesSelection, StaysWithinItsBytes) {
  std::vector<RankedHead> ranking;
  for (std::uint32_t index = 0; index < 270; ++index)
    ranking.push_back(Head(index / 9, index % 9, (index * 7919) % 101 - 20.0));
  for (std::uint64_t bytes = RoomFor(0); bytes < RoomFor(95); bytes += 1'000'003) {
    const std::vector<HeadRef> kept = SelectByBytes(ranking, Smollm2(), kShape, bytes);
    EXPECT_LE(DecodingBytes(Smollm2(), kShape, kept), bytes);
    for (const HeadRef& head : kept) {
      EXPECT_GT(std::find_if(ranking.begin(), ranking.end(),
                             [&](const RankedHead& ranked) { return ranked.head == head; })
                    ->drop,
                0);
    }
  }
}

// Over a short context K and V weigh less than the SSM states they replace.
TEST(BytesSelection, HeadsThatSaveBytesAreAlwaysKept) {
  const DecodingShape brief{64, 4};
  const std::vector<RankedHead> ranking = {Head(5, 0, 0.1), Head(7, 3, 0)};
  const std::uint64_t least = DecodingBytes(Smollm2(), brief, {});
  EXPECT_THAT(SelectByBytes(ranking, Smollm2(), brief, least), UnorderedElementsAre(HeadRef{5, 0}));
}

}  // namespace
}  // namespace rad
