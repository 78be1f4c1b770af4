#include "coordinator/score_tasks.h"

#include <algorithm>

namespace rad {
namespace {

std::uint32_t DivideUp(std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; }

std::uint32_t MostEvaluations(std::uint32_t example_tokens) {
  const std::uint64_t most = std::uint64_t{kMaxPieceEvaluations} * kPieceExampleTokens /
                             std::max(kPieceExampleTokens, example_tokens);
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(most, kMinPieceEvaluations));
}

// The heads that lack the cell of `example`.
std::vector<HeadRef> Lacking(const ScoreTable& table, const std::vector<HeadRef>& heads,
                             std::uint32_t example) {
  std::vector<HeadRef> lacking;
  for (const HeadRef& head : heads) {
    if (!table.HasAblated(head, example)) lacking.push_back(head);
  }
  return lacking;
}

// Runs of neighbouring examples that lack the same heads.
void AddRectangles(const ScoreTable& table, const ScoreBlock& block, std::vector<ScorePiece>& rectangles) {
  for (std::uint32_t example = 0; example < block.examples; ++example) {
    std::vector<HeadRef> lacking = Lacking(table, block.heads, example);
    if (lacking.empty()) continue;
    if (!rectangles.empty() && rectangles.back().end == example && rectangles.back().heads == lacking) {
      ++rectangles.back().end;
    } else {
      rectangles.push_back({std::move(lacking), example, example + 1});
    }
  }
}

// Cuts by examples first: the heads of one example share the layers before them.
void CutRectangle(const ScorePiece& whole, std::uint32_t piece_evaluations, std::vector<ScorePiece>& pieces) {
  const std::uint32_t heads = whole.heads.size();
  const std::uint32_t examples = whole.end - whole.begin;
  const std::uint32_t example_groups = DivideUp(examples, std::max(1u, piece_evaluations / heads));
  const std::uint32_t head_groups = DivideUp(heads, piece_evaluations);
  for (std::uint32_t e = 0; e < example_groups; ++e) {
    for (std::uint32_t h = 0; h < head_groups; ++h) {
      pieces.push_back({{whole.heads.begin() + std::uint64_t{heads} * h / head_groups,
                         whole.heads.begin() + std::uint64_t{heads} * (h + 1) / head_groups},
                        whole.begin + examples * e / example_groups,
                        whole.begin + examples * (e + 1) / example_groups});
    }
  }
}

}  // namespace

std::vector<ScorePiece> CutBase(const ScoreTable& table, std::uint32_t examples,
                                std::uint32_t example_tokens) {
  const std::uint32_t most = MostEvaluations(example_tokens);
  std::vector<ScorePiece> pieces;
  for (std::uint32_t example = 0; example < examples; ++example) {
    if (table.HasBase(example)) continue;
    const bool extends =
        !pieces.empty() && pieces.back().end == example && example - pieces.back().begin < most;
    if (extends) {
      ++pieces.back().end;
    } else {
      pieces.push_back({{}, example, example + 1});
    }
  }
  return pieces;
}

std::vector<ScorePiece> CutRound(const ScoreTable& table, const std::vector<ScoreBlock>& blocks,
                                 std::uint32_t workers, std::uint32_t example_tokens) {
  std::vector<ScorePiece> rectangles;
  for (const ScoreBlock& block : blocks) AddRectangles(table, block, rectangles);
  std::uint64_t evaluations = 0;
  for (const ScorePiece& whole : rectangles) evaluations += whole.heads.size() * (whole.end - whole.begin);
  const std::uint64_t share = evaluations / std::max(1u, workers) + 1;
  const auto piece_evaluations = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(share, kMinPieceEvaluations, MostEvaluations(example_tokens)));
  std::vector<ScorePiece> pieces;
  for (const ScorePiece& whole : rectangles) CutRectangle(whole, piece_evaluations, pieces);
  return pieces;
}

}  // namespace rad
