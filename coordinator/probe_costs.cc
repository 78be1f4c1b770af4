#include "coordinator/probe_costs.h"

#include <algorithm>

namespace rad {
namespace {

using Drops = std::vector<CellDrop>;

Drops MeanOf(const std::vector<Drops>& by_probe) {
  Drops mean(by_probe.front().size());
  const double share = 1.0 / by_probe.size();
  for (const Drops& drops : by_probe) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i].accuracy += share * drops[i].accuracy;
      mean[i].logprob += share * drops[i].logprob;
      mean[i].margin += share * drops[i].margin;
    }
  }
  return mean;
}

HeadCost WorstOf(const std::vector<HeadCost>& by_probe) {
  const auto largest = [&](double HeadCost::*drop) {
    return *std::max_element(by_probe.begin(), by_probe.end(),
                             [&](const HeadCost& a, const HeadCost& b) { return a.*drop < b.*drop; });
  };
  HeadCost worst = largest(&HeadCost::accuracy_drop);
  const HeadCost by_logprob = largest(&HeadCost::logprob_drop);
  worst.logprob_drop = by_logprob.logprob_drop;
  worst.logprob_deviation = by_logprob.logprob_deviation;
  worst.margin_drop = largest(&HeadCost::margin_drop).margin_drop;
  return worst;
}

}  // namespace

ProbeCosts CostsOf(const ScoreTables& tables, HeadRef head, std::uint32_t examples,
                   v1::Ranking::Combine combine) {
  std::vector<Drops> drops;
  ProbeCosts costs;
  for (const ScoreTable* table : tables) {
    drops.push_back(table->Drops(head, examples));
    costs.by_probe.push_back(CostOf(drops.back()));
  }
  if (tables.size() == 1) {
    costs.combined = costs.by_probe.front();
  } else {
    costs.combined = combine == v1::Ranking::WORST ? WorstOf(costs.by_probe) : CostOf(MeanOf(drops));
  }
  return costs;
}

}  // namespace rad
