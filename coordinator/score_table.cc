#include "coordinator/score_table.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// 95% interval of a difference of paired proportions after Agresti and Min (2005): half a count is added to
// each of the four cells of the table (right or wrong before, right or wrong after), which keeps the interval
// honest for few examples, where the plain one collapses to a point.
void SetInterval(std::uint32_t lost, std::uint32_t won, HeadCost& cost) {
  const double n = cost.examples + 2.0;
  const double b = lost + 0.5, c = won + 0.5;
  const double middle = (b - c) / n;
  const double half = 1.959964 * std::sqrt((b + c) - (b - c) * (b - c) / n) / n;
  cost.accuracy_drop_low = std::max(-1.0, middle - half);
  cost.accuracy_drop_high = std::min(1.0, middle + half);
}

absl::Status CheckRun(const v1::ProbeRun& run, int examples) {
  if (run.correct_size() != examples || run.margin_size() != examples ||
      run.answer_logprob_size() != examples) {
    return absl::InvalidArgumentError(
        absl::StrCat("a run has ", run.correct_size(), " answers, ", run.margin_size(), " margins and ",
                     run.answer_logprob_size(), " log-probabilities for ", examples, " examples"));
  }
  auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(run.margin().begin(), run.margin().end(), finite) ||
      !std::all_of(run.answer_logprob().begin(), run.answer_logprob().end(), finite)) {
    return absl::InvalidArgumentError("a run has a margin or log-probability that is not a finite number");
  }
  return absl::OkStatus();
}

}  // namespace

bool ScoreTable::HasAblated(HeadRef head, std::uint32_t example) const {
  auto found = ablated_.find(head);
  return found != ablated_.end() && found->second.contains(example);
}

bool ScoreTable::HasAll(const v1::ScoreHeads& asked) const {
  for (std::uint32_t example = asked.example_begin(); example < asked.example_end(); ++example) {
    const auto known = [&](const v1::Head& head) { return HasAblated({head.layer(), head.head()}, example); };
    if (!HasBase(example) || !std::all_of(asked.heads().begin(), asked.heads().end(), known)) return false;
  }
  return true;
}

std::uint32_t ScoreTable::Known(HeadRef head, std::uint32_t examples) const {
  auto found = ablated_.find(head);
  if (found == ablated_.end()) return 0;
  return std::distance(found->second.begin(), found->second.lower_bound(examples));
}

std::uint32_t ScoreTable::BaseCorrect(std::uint32_t examples) const {
  std::uint32_t correct = 0;
  for (std::uint32_t example = 0; example < examples; ++example) correct += base_.at(example).correct;
  return correct;
}

HeadCost ScoreTable::Cost(HeadRef head, std::uint32_t examples) const {
  const auto& cells = ablated_.at(head);
  HeadCost cost{.examples = examples};
  std::uint32_t lost = 0, won = 0;
  for (std::uint32_t example = 0; example < examples; ++example) {
    const ScoreCell& before = base_.at(example);
    const ScoreCell& after = cells.at(example);
    lost += before.correct && !after.correct;
    won += !before.correct && after.correct;
    cost.logprob_drop += (before.answer_logprob - after.answer_logprob) / double{1.0 * examples};
    cost.margin_drop += (before.margin - after.margin) / double{1.0 * examples};
  }
  cost.accuracy_drop = (double{1.0 * lost} - won) / examples;
  SetInterval(lost, won, cost);
  return cost;
}

absl::Status CheckScores(const v1::ScoreHeads& asked, const v1::HeadScores& scores) {
  if (scores.example_begin() != asked.example_begin() || scores.ablated_size() != asked.heads_size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("scores of ", scores.ablated_size(), " heads from example ", scores.example_begin(),
                     ", asked for ", asked.heads_size(), " heads from example ", asked.example_begin()));
  }
  const int examples = asked.example_end() - asked.example_begin();
  if (absl::Status status = CheckRun(scores.base(), examples); !status.ok()) return status;
  for (int i = 0; i < scores.ablated_size(); ++i) {
    const v1::Head& head = scores.ablated(i).head();
    if (head.layer() != asked.heads(i).layer() || head.head() != asked.heads(i).head()) {
      return absl::InvalidArgumentError(absl::StrCat("scores of head ", head.layer(), ".", head.head(),
                                                     " where ", asked.heads(i).layer(), ".",
                                                     asked.heads(i).head(), " was asked"));
    }
    if (absl::Status status = CheckRun(scores.ablated(i).run(), examples); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace rad
