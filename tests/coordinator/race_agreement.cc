#include "tests/coordinator/race_agreement.h"

#include <cmath>
#include <set>

#include "coordinator/head_race.h"

namespace rad {
namespace {

constexpr std::uint32_t kExamples = 400;

RaceOptions Options(v1::Ranking::Method method, std::uint32_t top) {
  return {.layers = kSimulatedLayers,
          .heads_per_layer = kSimulatedHeads,
          .examples = kExamples,
          .method = method,
          .top = top};
}

// The heads' 95% intervals on all examples meet: neither ranking is wrong about which is better.
bool AreTied(const ScoreTable& table, HeadRef a, HeadRef b) {
  const HeadCost of_a = table.Cost(a, kExamples), of_b = table.Cost(b, kExamples);
  const double reach = 1.966 * (of_a.logprob_deviation + of_b.logprob_deviation) / std::sqrt(kExamples);
  return std::abs(of_a.logprob_drop - of_b.logprob_drop) <= reach;
}

// Equal sets, but for ties.
bool Agree(const ScoreTable& table, const RaceDecision& race, const RaceDecision& exhaustive,
           std::uint32_t top) {
  std::set<HeadRef> raced, truly;
  for (std::uint32_t i = 0; i < top; ++i) {
    raced.insert(race.ranking[i].head);
    truly.insert(exhaustive.ranking[i].head);
  }
  for (const HeadRef& head : raced) {
    for (const HeadRef& missed : truly) {
      if (!truly.contains(head) && !raced.contains(missed) && !AreTied(table, head, missed)) return false;
    }
  }
  return true;
}

}  // namespace

RaceAgreement CompareRaces(Simulation simulation, std::uint32_t top) {
  RaceAgreement comparison;
  std::uint64_t raced = 0, exhausted = 0;
  for (int seed = 0; seed < kRaceOrders; ++seed) {
    const ScoreTable table = SimulateHeads(simulation, kExamples, seed);
    const RaceDecision race = NextRound({&table}, Options(v1::Ranking::RACE, top));
    const RaceDecision exhaustive = NextRound({&table}, Options(v1::Ranking::EXHAUSTIVE, top));
    comparison.agreed += Agree(table, race, exhaustive, top);
    raced += race.evaluations;
    exhausted += exhaustive.evaluations;
  }
  comparison.evaluations_ratio = static_cast<double>(exhausted) / raced;
  return comparison;
}

}  // namespace rad
