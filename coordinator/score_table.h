// score_table.h: what is known of a teacher's heads on a probe: one cell for each (head, example) and one for
// each example with no head ablated. Filling a cell twice changes nothing, so reports may come in any order
// and twice.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"

namespace rad {

struct HeadRef {
  std::uint32_t layer = 0;
  std::uint32_t head = 0;
  auto operator<=>(const HeadRef&) const = default;
};

// "16.0 18.6": layer.head.
std::string HeadsText(const std::vector<HeadRef>& heads);

// These heads on examples [0, examples).
struct ScoreBlock {
  std::vector<HeadRef> heads;
  std::uint32_t examples = 0;
  bool operator==(const ScoreBlock&) const = default;
};

struct ScoreCell {
  bool correct = false;
  float margin = 0;
  float answer_logprob = 0;  // nats
  bool operator==(const ScoreCell&) const = default;
};

// What ablating a head costs on one example: unablated minus ablated.
struct CellDrop {
  double accuracy = 0;  // of a single probe -1, 0 or 1
  double logprob = 0;   // nats
  double margin = 0;
};

// What ablating a head costs on examples [0, examples): means of the paired drops, unablated minus ablated on
// the same example, and how far a single drop lies from its mean.
struct HeadCost {
  std::uint32_t examples = 0;
  double accuracy_drop = 0;
  double accuracy_deviation = 0;  // with half a count added, as in the interval: never 0
  double logprob_drop = 0;        // nats
  double logprob_deviation = 0;   // of the sample; 0 for a single example
  double margin_drop = 0;
  double accuracy_drop_low = 0;  // 95% interval
  double accuracy_drop_high = 0;
};

// Of the drops on at least one example.
HeadCost CostOf(const std::vector<CellDrop>& drops);

class ScoreTable {
 public:
  void SetBase(std::uint32_t example, const ScoreCell& cell) { Set(base_, example, cell); }
  void SetAblated(HeadRef head, std::uint32_t example, const ScoreCell& cell) {
    Set(ablated_[head], example, cell);
  }

  bool HasBase(std::uint32_t example) const { return Has(base_, example); }
  bool HasAblated(HeadRef head, std::uint32_t example) const;
  // Any cell of the heads that are asked for; of the base when none are.
  bool HasAny(const v1::ScoreHeads& asked) const;
  // Cells of `head` among examples [0, examples).
  std::uint32_t Known(HeadRef head, std::uint32_t examples) const;

  // Calls visit(example, cell) for every known cell of the head, or of the base, by example.
  template <typename Visit>
  void ForEachKnown(std::optional<HeadRef> head, Visit visit) const {
    const auto found = head ? ablated_.find(*head) : ablated_.end();
    if (head && found == ablated_.end()) return;
    const Cells& cells = head ? found->second : base_;
    for (std::uint32_t example = 0; example < cells.size(); ++example) {
      if (cells[example]) visit(example, *cells[example]);
    }
  }

  // Share of [0, examples) that the unablated teacher answers; those cells must be known.
  std::uint32_t BaseCorrect(std::uint32_t examples) const;
  // The cells of the head and of the base on [0, examples) must be known.
  std::vector<CellDrop> Drops(HeadRef head, std::uint32_t examples) const;
  HeadCost Cost(HeadRef head, std::uint32_t examples) const { return CostOf(Drops(head, examples)); }

 private:
  using Cells = std::vector<std::optional<ScoreCell>>;  // by example
  static void Set(Cells& cells, std::uint32_t example, const ScoreCell& cell);
  static bool Has(const Cells& cells, std::uint32_t example) {
    return example < cells.size() && cells[example].has_value();
  }

  Cells base_;
  std::map<HeadRef, Cells> ablated_;
};

// INVALID_ARGUMENT when `scores` is not an answer to `asked`: other heads, other examples, lists of other
// lengths, numbers that are not finite.
absl::Status CheckScores(const v1::ScoreHeads& asked, const v1::HeadScores& scores);

// Calls visit(head or nullopt for the base, example, cell) for every cell of a checked answer.
template <typename Visit>
void ForEachCell(const v1::HeadScores& scores, Visit visit) {
  auto visit_run = [&](std::optional<HeadRef> head, const v1::ProbeRun& run) {
    for (int i = 0; i < run.correct_size(); ++i) {
      visit(head, scores.example_begin() + i,
            ScoreCell{run.correct(i), run.margin(i), run.answer_logprob(i)});
    }
  };
  visit_run(std::nullopt, scores.base());
  for (const auto& ablated : scores.ablated()) {
    visit_run(HeadRef{ablated.head().layer(), ablated.head().head()}, ablated.run());
  }
}

}  // namespace rad
