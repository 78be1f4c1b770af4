#include "coordinator/head_race.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

std::vector<HeadRef> AllHeads(const RaceOptions& options) {
  std::vector<HeadRef> heads;
  for (std::uint32_t layer = 0; layer < options.layers; ++layer) {
    for (std::uint32_t head = 0; head < options.heads_per_layer; ++head) heads.push_back({layer, head});
  }
  return heads;
}

std::vector<RankedHead> CostsOf(const ScoreTable& table, const std::vector<HeadRef>& heads,
                                std::uint32_t examples) {
  std::vector<RankedHead> costs;
  for (const HeadRef& head : heads) costs.push_back({head, table.Cost(head, examples)});
  return costs;
}

void SortForElimination(std::vector<RankedHead>& heads) {
  std::sort(heads.begin(), heads.end(), [](const RankedHead& a, const RankedHead& b) {
    return std::make_tuple(-a.cost.logprob_drop, a.head) < std::make_tuple(-b.cost.logprob_drop, b.head);
  });
}

void SortForRanking(std::vector<RankedHead>& heads) {
  std::sort(heads.begin(), heads.end(), [](const RankedHead& a, const RankedHead& b) {
    return std::make_tuple(-a.cost.accuracy_drop, -a.cost.logprob_drop, a.head) <
           std::make_tuple(-b.cost.accuracy_drop, -b.cost.logprob_drop, b.head);
  });
}

}  // namespace

std::vector<Rung> Rungs(const RaceOptions& options) {
  const std::uint32_t heads = options.layers * options.heads_per_layer;
  const Rung last{heads, options.examples};
  if (options.method != v1::Ranking::HALVING || options.examples < 4) return {last};
  auto at_most_all = [&](std::uint32_t wanted) { return std::min(heads, std::max(1u, wanted)); };
  const std::vector<Rung> plan = {
      {heads, std::max(1u, options.examples * 3 / 16)},
      {at_most_all(std::max((heads + 3) / 4, 4 * options.leaders)), options.examples / 2},
      {at_most_all(std::max((heads + 9) / 10, 2 * options.leaders)), options.examples},
  };
  return plan;
}

std::uint64_t RaceEvaluations(const std::vector<Rung>& rungs) {
  std::uint64_t evaluations = 0;
  std::uint32_t examples_before = 0;
  for (const Rung& rung : rungs) {
    evaluations += std::uint64_t{rung.heads} * (rung.examples - examples_before);
    examples_before = rung.examples;
  }
  return evaluations;
}

RaceDecision NextRound(const ScoreTable& table, const RaceOptions& options) {
  const std::vector<Rung> rungs = Rungs(options);
  std::vector<HeadRef> running = AllHeads(options);
  std::vector<std::vector<RankedHead>> eliminated;  // by rung
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    const std::uint32_t examples = rungs[i].examples;
    auto complete = [&](const HeadRef& head) { return table.Known(head, examples) == examples; };
    if (!std::all_of(running.begin(), running.end(), complete)) {
      return {.heads = running,
              .examples = examples,
              .reason = absl::StrCat("round ", i + 1, " of ", rungs.size(), ": ", running.size(),
                                     " heads on ", examples, " examples")};
    }
    std::vector<RankedHead> costs = CostsOf(table, running, examples);
    const std::size_t staying = i + 1 < rungs.size() ? rungs[i + 1].heads : 0;
    SortForElimination(costs);
    running.clear();
    for (std::size_t k = 0; k < staying; ++k) running.push_back(costs[k].head);
    std::sort(running.begin(), running.end());
    eliminated.emplace_back(costs.begin() + staying, costs.end());
  }
  RaceDecision decision{.done = true};
  for (auto rung = eliminated.rbegin(); rung != eliminated.rend(); ++rung) {
    SortForRanking(*rung);
    decision.ranking.insert(decision.ranking.end(), rung->begin(), rung->end());
  }
  decision.reason =
      absl::StrCat("ranked ", decision.ranking.size(), " heads with ", RaceEvaluations(rungs),
                   " evaluations (exhaustive: ", std::uint64_t{rungs[0].heads} * options.examples, ")");
  return decision;
}

}  // namespace rad
