#include "coordinator/score_tasks.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

std::vector<HeadRef> Heads(std::uint32_t count) {
  std::vector<HeadRef> heads;
  for (std::uint32_t i = 0; i < count; ++i) heads.push_back({i / 9, i % 9});
  return heads;
}

void Fill(ScoreTable& table, const std::vector<ScorePiece>& pieces) {
  for (const ScorePiece& piece : pieces) {
    for (std::uint32_t example = piece.begin; example < piece.end; ++example) {
      for (const HeadRef& head : piece.heads) table.SetAblated(head, example, {});
    }
  }
}

std::uint64_t Evaluations(const std::vector<ScorePiece>& pieces) {
  std::uint64_t sum = 0;
  for (const ScorePiece& piece : pieces) sum += piece.heads.size() * (piece.end - piece.begin);
  return sum;
}

TEST(ScoreTasks, PiecesFillEveryUnknownCellOnce) {
  for (const std::uint32_t heads : {1u, 7u, 270u, 1500u}) {
    for (const std::uint32_t workers : {1u, 5u, 200u}) {
      ScoreTable table;
      const std::vector<ScorePiece> pieces = CutRound(table, {{Heads(heads), 10}}, workers);
      EXPECT_EQ(Evaluations(pieces), heads * 10u);
      Fill(table, pieces);
      EXPECT_TRUE(CutRound(table, {{Heads(heads), 10}}, workers).empty());
      for (const ScorePiece& piece : pieces) {
        EXPECT_LE(piece.heads.size() * (piece.end - piece.begin), kMaxPieceEvaluations);
        EXPECT_FALSE(piece.heads.empty());
      }
    }
  }
}

TEST(ScoreTasks, KnownCellsAreLeftOut) {
  ScoreTable table;
  Fill(table, {{Heads(270), 0, 6}});
  Fill(table, {{Heads(10), 0, 16}});
  const std::vector<ScorePiece> pieces = CutRound(table, {{Heads(60), 16}}, 1);
  EXPECT_EQ(Evaluations(pieces), 50u * 10);
}

TEST(ScoreTasks, MoreWorkersMeanMoreButNeverTinyPieces) {
  ScoreTable table;
  EXPECT_EQ(CutRound(table, {{Heads(270), 6}}, 1).size(), 1u);
  EXPECT_EQ(CutRound(table, {{Heads(270), 6}}, 6).size(), 6u);
  for (const ScorePiece& piece : CutRound(table, {{Heads(270), 6}}, 1000)) {
    EXPECT_GE(piece.heads.size() * (piece.end - piece.begin), kMinPieceEvaluations / 2);
  }
}

// Leaders run ahead of the others in the same round.
TEST(ScoreTasks, EveryBlockIsFilledToItsOwnExamples) {
  ScoreTable table;
  Fill(table, {{Heads(20), 0, 8}});
  const std::vector<HeadRef> all = Heads(20);
  const std::vector<ScoreBlock> blocks = {{{all.begin() + 5, all.end()}, 12},
                                          {{all.begin(), all.begin() + 5}, 96}};
  Fill(table, CutRound(table, blocks, 2));
  for (std::size_t head = 0; head < all.size(); ++head) {
    EXPECT_EQ(table.Known(all[head], 100), head < 5 ? 96u : 12u);
  }
}

TEST(ScoreTasks, TheTeacherAloneIsOnePieceOfWhatIsUnknown) {
  ScoreTable table;
  ASSERT_EQ(CutBase(table, 32).size(), 1u);
  EXPECT_TRUE(CutBase(table, 32)[0].heads.empty());
  for (std::uint32_t example = 0; example < 8; ++example) table.SetBase(example, {});
  ASSERT_EQ(CutBase(table, 32).size(), 1u);
  EXPECT_EQ(CutBase(table, 32)[0].begin, 8u);
  EXPECT_TRUE(CutBase(table, 8).empty());
}

}  // namespace
}  // namespace rad
