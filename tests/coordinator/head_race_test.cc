#include "coordinator/head_race.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RaceOptions Smollm2(v1::Ranking::Method method = v1::Ranking::RACE) {
  return {.layers = 30, .heads_per_layer = 9, .examples = 64, .method = method, .top = 5};
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

std::vector<Report> MissingOf(const ScoreTable& table, const RaceDecision& decision) {
  std::vector<Report> missing;
  for (const ScoreBlock& block : decision.blocks) {
    for (const HeadRef& head : block.heads) {
      for (std::uint32_t example = 0; example < block.examples; ++example) {
        if (!table.HasAblated(head, example)) missing.push_back({head, example});
      }
    }
  }
  return missing;
}

struct Outcome {
  std::vector<HeadRef> ranking;
  std::vector<std::uint32_t> examples;  // by rank
  std::string reason;
  std::uint64_t reported = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome OutcomeOf(const RaceDecision& decision, std::uint64_t reported) {
  Outcome outcome{.reason = decision.reason, .reported = reported};
  for (const RankedHead& ranked : decision.ranking) {
    outcome.ranking.push_back(ranked.head);
    outcome.examples.push_back(ranked.cost.examples);
  }
  return outcome;
}

// Runs the race to its end. The reports of a round come shuffled by `seed`, a third of them twice and a third
// of them only when asked for again.
Outcome RunRace(const RaceOptions& options, std::uint32_t seed) {
  ScoreTable table = WithBase(options.examples);
  std::mt19937 random(seed);
  std::uint64_t reported = 0;
  for (int ask = 0; ask < 500; ++ask) {
    const RaceDecision decision = NextRound({&table}, options);
    if (decision.done) return OutcomeOf(decision, reported);
    std::vector<Report> reports = MissingOf(table, decision);
    std::shuffle(reports.begin(), reports.end(), random);
    const std::size_t arriving = reports.size() - reports.size() / 3;
    reported += arriving;
    for (std::size_t i = 0; i < arriving; ++i) {
      for (std::size_t copy = 0; copy < (i % 3 == 0 ? 2 : 1); ++copy)
        table.SetAblated(reports[i].head, reports[i].example, Truth(reports[i].head, reports[i].example));
    }
  }
  ADD_FAILURE() << "the race does not end";
  return {};
}

ScoreTable FullTable(std::uint32_t examples) {
  ScoreTable full = WithBase(examples);
  for (std::uint32_t layer = 0; layer < 30; ++layer) {
    for (std::uint32_t head = 0; head < 9; ++head) {
      for (std::uint32_t example = 0; example < examples; ++example)
        full.SetAblated({layer, head}, example, Truth({layer, head}, example));
    }
  }
  return full;
}

TEST(HeadRace, StartsWithEveryHeadOnTheSameFewExamples) {
  const ScoreTable table = WithBase(64);
  const RaceDecision decision = NextRound({&table}, Smollm2());
  ASSERT_EQ(decision.blocks.size(), 1u);
  EXPECT_EQ(decision.blocks[0].heads.size(), 270u);
  EXPECT_EQ(decision.blocks[0].examples, 10u);
  EXPECT_EQ(decision.evaluations, 270u * 10);
  EXPECT_EQ(decision.reason, "round 1: 270 heads on 10 examples; 0 of 270 heads are out");
}

// With a spread this wide nobody leaves, so the rounds show as planned. Of the first leaders five fall
// behind.
TEST(HeadRace, LeadersRunAheadOfTheOthers) {
  RaceOptions options = Smollm2();
  options.examples = 400;
  ScoreTable table = WithBase(400);
  std::vector<std::string> reasons;
  for (int round = 0; round < 4; ++round) {
    const RaceDecision decision = NextRound({&table}, options);
    reasons.push_back(decision.reason);
    for (const Report& report : MissingOf(table, decision)) {
      const double index = report.head.layer * 9 + report.head.head;
      table.SetAblated(report.head, report.example,
                       {true, 0, static_cast<float>(-index - (report.example % 2 ? 1000 : -1000))});
    }
  }
  const std::string nobody = "; 0 of 270 heads are out";
  EXPECT_THAT(reasons, ElementsAre("round 1: 270 heads on 10 examples" + nobody,
                                   "round 2: 8 heads on 109 examples" + nobody,
                                   "round 3: 262 heads on 15 examples, 3 heads on 163 examples" + nobody,
                                   "round 4: 262 heads on 22 examples, 8 heads on 244 examples" + nobody));
}

TEST(HeadRace, AHeadCertainlyAmongTheBestIsGivenNoMoreExamples) {
  const RaceOptions options{.layers = 1, .heads_per_layer = 8, .examples = 64, .top = 2};
  ScoreTable table = WithBase(64);
  RaceDecision decision;
  for (int round = 0; round < 20 && !(decision = NextRound({&table}, options)).done; ++round) {
    for (const Report& report : MissingOf(table, decision)) {
      const double swing = report.example % 2 ? 1 : -1, drop = report.head.head == 3 ? 50 + swing : swing;
      table.SetAblated(report.head, report.example, {true, 0, static_cast<float>(-drop)});
    }
  }
  ASSERT_TRUE(decision.done);
  EXPECT_EQ(decision.ranking[0].head, (HeadRef{0, 3}));
  EXPECT_EQ(decision.ranking[0].cost.examples, 10u);
  EXPECT_FALSE(decision.ranking[0].undecided);
  for (std::size_t i = 1; i < 8; ++i) {  // any of the others could be the second
    EXPECT_EQ(decision.ranking[i].cost.examples, 64u);
    EXPECT_TRUE(decision.ranking[i].undecided);
  }
}

TEST(HeadRace, FindsTheCostlyHeads) {
  for (const v1::Ranking::Method method : {v1::Ranking::RACE, v1::Ranking::EXHAUSTIVE}) {
    std::vector<HeadRef> best = RunRace(Smollm2(method), 1).ranking;
    ASSERT_EQ(best.size(), 270u);
    best.resize(5);  // costs 10, 9, ...: index 248, 221, ...
    EXPECT_THAT(best,
                ElementsAre(HeadRef{27, 5}, HeadRef{24, 5}, HeadRef{21, 5}, HeadRef{18, 5}, HeadRef{15, 5}));
  }
}

TEST(HeadRace, HeadsThatClearlyDoNotMatterLeaveAtOnce) {
  const Outcome race = RunRace(Smollm2(), 1);
  EXPECT_EQ(race.reported, 270u * 10);
  EXPECT_THAT(race.reason, HasSubstr("ranked 270 heads with 2700 evaluations (exhaustive: 17280); the top 5 "
                                     "are certain (error probability at most 0.05); accuracy and"));
  EXPECT_EQ(RunRace(Smollm2(v1::Ranking::EXHAUSTIVE), 1).reported, 17280u);
}

TEST(HeadRace, OrderDuplicatesAndLossOfReportsDoNotMatter) {
  for (const v1::Ranking::Measure by : {v1::Ranking::LOGPROB, v1::Ranking::ACCURACY}) {
    RaceOptions options = Smollm2();
    options.by = by;
    const Outcome first = RunRace(options, 1);
    for (std::uint32_t seed = 2; seed < 6; ++seed) EXPECT_EQ(RunRace(options, seed), first);
  }
}

// Cells known from an earlier, larger job must not change who leaves.
TEST(HeadRace, MoreCellsThanNeededChangeNothing) {
  const Outcome raced = RunRace(Smollm2(), 1);
  const ScoreTable table = FullTable(128);
  const RaceDecision decision = NextRound({&table}, Smollm2());
  ASSERT_TRUE(decision.done);
  EXPECT_EQ(OutcomeOf(decision, raced.reported), raced);
}

TEST(HeadRace, HeadsThatStayAlikeAreNamedAndSoAreTheExamplesSpent) {
  RaceOptions options{.layers = 1, .heads_per_layer = 6, .examples = 24, .top = 2};
  ScoreTable table = WithBase(24);
  for (std::uint32_t head = 0; head < 6; ++head) {
    for (std::uint32_t example = 0; example < 24; ++example) {
      const float wave = (example + head) % 2 ? 0.2f : -0.2f;
      const float drop = head == 0 ? 9 : head < 4 ? 1 : 0;  // one leads, three are alike, two are nothing
      table.SetAblated({0, head}, example, {true, 0, wave - drop});
    }
  }
  const RaceDecision decision = NextRound({&table}, options);
  ASSERT_TRUE(decision.done);
  EXPECT_THAT(decision.reason,
              HasSubstr("3 heads are undecided, each could be among the top 2 or not after 24 "
                        "examples: 0.1 0.2 0.3"));
  EXPECT_FALSE(decision.ranking[0].undecided);
  for (int rank = 1; rank < 4; ++rank) EXPECT_TRUE(decision.ranking[rank].undecided);
  for (int rank = 4; rank < 6; ++rank) EXPECT_FALSE(decision.ranking[rank].undecided);
  EXPECT_LT(decision.ranking[1].low, 1);
  EXPECT_GT(decision.ranking[1].high, 1);
}

TEST(HeadRace, RanksByTheMeasureThatWasAskedFor) {
  RaceOptions options{.layers = 1, .heads_per_layer = 2, .examples = 8, .top = 1};
  ScoreTable table = WithBase(8);
  for (std::uint32_t example = 0; example < 8; ++example) {
    table.SetAblated({0, 0}, example, {true, 0, -2});  // unsure, but right
    table.SetAblated({0, 1}, example, {false, 0, -1});
  }
  EXPECT_EQ(NextRound({&table}, options).ranking[0].head, (HeadRef{0, 0}));
  options.by = v1::Ranking::ACCURACY;
  const RaceDecision decision = NextRound({&table}, options);
  EXPECT_EQ(decision.ranking[0].head, (HeadRef{0, 1}));
  EXPECT_EQ(decision.ranking[0].drop, 1);
}

// Nothing changed on eight examples: that is no proof that nothing ever will.
TEST(HeadRace, AccuracyThatDoesNotMoveIsNotCertainty) {
  RaceOptions options{
      .layers = 1, .heads_per_layer = 20, .examples = 8, .by = v1::Ranking::ACCURACY, .top = 2};
  ScoreTable table = WithBase(8);
  for (std::uint32_t head = 0; head < 20; ++head) {
    for (std::uint32_t example = 0; example < 8; ++example)
      table.SetAblated({0, head}, example, {true, 0, 0});
  }
  const RaceDecision decision = NextRound({&table}, options);
  EXPECT_TRUE(std::all_of(decision.ranking.begin(), decision.ranking.end(),
                          [](const RankedHead& head) { return head.undecided && head.high > 0.1; }));
}

TEST(HeadRace, OneLookSufficesWhereNoHeadOrEveryHeadIsWanted) {
  for (const std::uint32_t top : {0u, 270u, 1000u}) {
    RaceOptions options = Smollm2();
    options.top = top;
    EXPECT_EQ(RunRace(options, 1).reported, 270u * 10) << top;
  }
}

TEST(HeadRace, FewExamplesMeanOneRound) {
  RaceOptions options = Smollm2();
  options.examples = 2;
  EXPECT_EQ(RunRace(options, 1).reported, 540u);
}

}  // namespace
}  // namespace rad
