#include "coordinator/head_race.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace rad {
namespace {

using ::testing::ElementsAre;

RaceOptions Smollm2(v1::Ranking::Method method) {
  return {.layers = 30, .heads_per_layer = 9, .examples = 32, .method = method, .leaders = 5};
}

struct Report {
  HeadRef head;
  std::uint32_t example;
};

// A made-up teacher: heads differ by a fixed cost plus noise from a hash of (head, example).
ScoreCell Truth(HeadRef head, std::uint32_t example) {
  const std::uint32_t index = head.layer * 9 + head.head;
  const double cost = index % 27 == 5 ? 1.0 + index / 27 : 0;  // ten costly heads: 5, 32, ...
  const double noise = ((index * 7919 + example * 104729) % 1000) / 2000.0;
  return {cost < 4 || example % 3 == 0, 0, static_cast<float>(-cost - noise)};
}

ScoreTable WithBase(std::uint32_t examples) {
  ScoreTable table;
  for (std::uint32_t example = 0; example < examples; ++example) table.SetBase(example, {true, 0, 0});
  return table;
}

// Runs the race to its end; reports of each round come shuffled by `seed`, a third of them twice.
std::vector<HeadRef> Race(const RaceOptions& options, std::uint32_t seed,
                          std::uint64_t* evaluations = nullptr) {
  ScoreTable table = WithBase(options.examples);
  std::mt19937 random(seed);
  for (int round = 0; round < 10; ++round) {
    const RaceDecision decision = NextRound(table, options);
    if (decision.done) {
      std::vector<HeadRef> ranking;
      for (const RankedHead& ranked : decision.ranking) ranking.push_back(ranked.head);
      return ranking;
    }
    std::vector<Report> reports;
    for (const HeadRef& head : decision.heads) {
      for (std::uint32_t example = 0; example < decision.examples; ++example) {
        if (!table.HasAblated(head, example)) reports.push_back({head, example});
      }
    }
    if (evaluations != nullptr) *evaluations += reports.size();
    const std::size_t once = reports.size();
    for (std::size_t i = 0; i < once; i += 3) reports.push_back(reports[i]);
    std::shuffle(reports.begin(), reports.end(), random);
    for (const Report& report : reports)
      table.SetAblated(report.head, report.example, Truth(report.head, report.example));
  }
  ADD_FAILURE() << "the race does not end";
  return {};
}

TEST(HeadRace, HalvingCostsAThirdOfExhaustive) {
  const std::vector<Rung> rungs = Rungs(Smollm2(v1::Ranking::HALVING));
  EXPECT_THAT(rungs, ElementsAre(Rung{270, 6}, Rung{68, 16}, Rung{27, 32}));
  EXPECT_EQ(RaceEvaluations(rungs), 2732u);
  EXPECT_EQ(RaceEvaluations(Rungs(Smollm2(v1::Ranking::EXHAUSTIVE))), 8640u);
}

TEST(HeadRace, EvaluatesWhatItPlanned) {
  std::uint64_t evaluations = 0;
  Race(Smollm2(v1::Ranking::HALVING), 1, &evaluations);
  EXPECT_EQ(evaluations, 2732u);
}

TEST(HeadRace, LargeBudgetsKeepMoreHeadsInTheRace) {
  RaceOptions options = Smollm2(v1::Ranking::HALVING);
  options.leaders = 40;
  EXPECT_THAT(Rungs(options), ElementsAre(Rung{270, 6}, Rung{160, 16}, Rung{80, 32}));
  options.leaders = 270;
  EXPECT_THAT(Rungs(options), ElementsAre(Rung{270, 6}, Rung{270, 16}, Rung{270, 32}));
}

TEST(HeadRace, OrderAndDuplicatesOfReportsDoNotMatter) {
  for (const v1::Ranking::Method method : {v1::Ranking::HALVING, v1::Ranking::EXHAUSTIVE}) {
    const std::vector<HeadRef> first = Race(Smollm2(method), 1);
    EXPECT_EQ(first.size(), 270u);
    for (std::uint32_t seed = 2; seed < 6; ++seed) EXPECT_EQ(Race(Smollm2(method), seed), first);
  }
}

TEST(HeadRace, FindsTheCostlyHeads) {
  for (const v1::Ranking::Method method : {v1::Ranking::HALVING, v1::Ranking::EXHAUSTIVE}) {
    std::vector<HeadRef> best = Race(Smollm2(method), 1);
    best.resize(7);  // costs 10, 9, ..., 4: index 248, 221, ...
    EXPECT_THAT(best, ElementsAre(HeadRef{27, 5}, HeadRef{24, 5}, HeadRef{21, 5}, HeadRef{18, 5},
                                  HeadRef{15, 5}, HeadRef{12, 5}, HeadRef{9, 5}));
  }
}

// Cells known from an earlier, larger job must not change who is eliminated.
TEST(HeadRace, MoreCellsThanNeededChangeNothing) {
  const RaceOptions options = Smollm2(v1::Ranking::HALVING);
  ScoreTable full = WithBase(64);
  for (std::uint32_t layer = 0; layer < 30; ++layer) {
    for (std::uint32_t head = 0; head < 9; ++head) {
      for (std::uint32_t example = 0; example < 64; ++example) {
        full.SetAblated({layer, head}, example, Truth({layer, head}, example));
      }
    }
  }
  const RaceDecision decision = NextRound(full, options);
  ASSERT_TRUE(decision.done);
  std::vector<HeadRef> ranking;
  for (const RankedHead& ranked : decision.ranking) ranking.push_back(ranked.head);
  EXPECT_EQ(ranking, Race(options, 1));
  EXPECT_EQ(decision.ranking[0].cost.examples, 32u);
  EXPECT_EQ(decision.ranking[100].cost.examples, 6u);
}

TEST(HeadRace, FewExamplesMeanOneRound) {
  RaceOptions options = Smollm2(v1::Ranking::HALVING);
  options.examples = 2;
  EXPECT_THAT(Rungs(options), ElementsAre(Rung{270, 2}));
}

}  // namespace
}  // namespace rad
