#include "coordinator/score_table.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rad {
namespace {

// 95% interval of a difference of paired proportions after Agresti and Min (2005): half a count is added to
// each of the four cells of the table (right or wrong before, right or wrong after), which keeps the interval
// honest for few examples, where the plain one collapses to a point. In terms of the drops: two more of them,
// whose sum is 0 and whose squares add 1.
void SetAccuracySpread(double sum, double squares, HeadCost& cost) {
  const double n = cost.examples + 2.0;
  const double middle = sum / n;
  cost.accuracy_deviation = std::sqrt((squares + 1 - sum * sum / n) / n);
  const double half = 1.959964 * cost.accuracy_deviation / std::sqrt(n);
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

std::string HeadsText(const std::vector<HeadRef>& heads) {
  return absl::StrJoin(heads, " ", [](std::string* out, const HeadRef& ref) {
    absl::StrAppend(out, ref.layer, ".", ref.head);
  });
}

void ScoreTable::Set(Cells& cells, std::uint32_t example, const ScoreCell& cell) {
  if (example >= cells.size()) cells.resize(example + 1);
  cells[example] = cell;
}

bool ScoreTable::HasAblated(HeadRef head, std::uint32_t example) const {
  auto found = ablated_.find(head);
  return found != ablated_.end() && Has(found->second, example);
}

bool ScoreTable::HasAny(const v1::ScoreHeads& asked) const {
  for (std::uint32_t example = asked.example_begin(); example < asked.example_end(); ++example) {
    const auto known = [&](const v1::Head& head) { return HasAblated({head.layer(), head.head()}, example); };
    if (asked.heads().empty() && HasBase(example)) return true;
    if (std::any_of(asked.heads().begin(), asked.heads().end(), known)) return true;
  }
  return false;
}

std::uint32_t ScoreTable::Known(HeadRef head, std::uint32_t examples) const {
  auto found = ablated_.find(head);
  if (found == ablated_.end()) return 0;
  const Cells& cells = found->second;
  const auto end = cells.begin() + std::min<std::size_t>(examples, cells.size());
  return std::count_if(cells.begin(), end, [](const auto& cell) { return cell.has_value(); });
}

std::uint32_t ScoreTable::BaseCorrect(std::uint32_t examples) const {
  std::uint32_t correct = 0;
  for (std::uint32_t example = 0; example < examples; ++example) correct += base_.at(example).value().correct;
  return correct;
}

std::vector<CellDrop> ScoreTable::Drops(HeadRef head, std::uint32_t examples) const {
  const Cells& cells = ablated_.at(head);
  std::vector<CellDrop> drops;
  for (std::uint32_t example = 0; example < examples; ++example) {
    const ScoreCell& before = base_.at(example).value();
    const ScoreCell& after = cells.at(example).value();
    drops.push_back({.accuracy = double{1.0 * before.correct} - after.correct,
                     .logprob = double{before.answer_logprob} - after.answer_logprob,
                     .margin = double{before.margin} - after.margin});
  }
  return drops;
}

HeadCost CostOf(const std::vector<CellDrop>& drops) {
  const auto examples = static_cast<std::uint32_t>(drops.size());
  HeadCost cost{.examples = examples};
  double accuracy_sum = 0, accuracy_squares = 0;
  double squares = 0;  // of the log-probability's distances from its running mean (Welford, 1962)
  for (std::uint32_t i = 0; i < examples; ++i) {
    accuracy_sum += drops[i].accuracy;
    accuracy_squares += drops[i].accuracy * drops[i].accuracy;
    const double from_mean = drops[i].logprob - cost.logprob_drop;
    cost.logprob_drop += from_mean / (i + 1);
    squares += from_mean * from_mean * i / (i + 1);
    cost.margin_drop += drops[i].margin / examples;
  }
  if (examples > 1) cost.logprob_deviation = std::sqrt(squares / (examples - 1));
  cost.accuracy_drop = accuracy_sum / examples;
  SetAccuracySpread(accuracy_sum, accuracy_squares, cost);
  return cost;
}

absl::Status CheckScores(const v1::ScoreHeads& asked, const v1::HeadScores& scores) {
  if (scores.example_begin() != asked.example_begin() || scores.ablated_size() != asked.heads_size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("scores of ", scores.ablated_size(), " heads from example ", scores.example_begin(),
                     ", asked for ", asked.heads_size(), " heads from example ", asked.example_begin()));
  }
  const int examples = asked.example_end() - asked.example_begin();
  const int base_examples = asked.heads().empty() ? examples : 0;
  if (absl::Status status = CheckRun(scores.base(), base_examples); !status.ok()) return status;
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
