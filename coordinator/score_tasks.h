// score_tasks.h: cuts the unknown cells of a round into tasks. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "coordinator/score_table.h"

namespace rad {

// One task's worth: these heads (none: the unablated run alone) on examples [begin, end).
struct ScorePiece {
  std::vector<HeadRef> heads;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// A piece this large takes some three minutes on two slow cores: what a killed worker loses at most.
inline constexpr std::uint32_t kMaxPieceEvaluations = 2000;
// A piece of a probe whose examples have this many tokens takes as long with as many fewer evaluations.
inline constexpr std::uint32_t kPieceExampleTokens = 128;
// A smaller piece costs more in loading the teacher than it saves in waiting.
inline constexpr std::uint32_t kMinPieceEvaluations = 64;

// Pieces that together fill every unknown base cell of [0, examples). `example_tokens`: of about how many an
// example consists; longer ones make smaller pieces.
std::vector<ScorePiece> CutBase(const ScoreTable& table, std::uint32_t examples,
                                std::uint32_t example_tokens = kPieceExampleTokens);

// Pieces that together fill every unknown cell of the blocks, each head of which is in one block. With more
// workers the pieces are smaller, so that all have work.
std::vector<ScorePiece> CutRound(const ScoreTable& table, const std::vector<ScoreBlock>& blocks,
                                 std::uint32_t workers, std::uint32_t example_tokens = kPieceExampleTokens);

}  // namespace rad
