// The race over several probes: what "mean" and "worst" rank, and that what it says of certainty holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "coordinator/head_race.h"
#include "coordinator/ranked.h"
#include "coordinator/stage_graph.h"
#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::DoubleEq;
using ::testing::HasSubstr;

// One layer of heads with these mean drops; every drop lies 0.1 above or below its head's mean.
ScoreTable TableOf(const std::vector<double>& means, std::uint32_t examples) {
  ScoreTable table;
  for (std::uint32_t e = 0; e < examples; ++e) {
    table.SetBase(e, {true, 0, 0});
    for (std::uint32_t head = 0; head < means.size(); ++head) {
      const double drop = means[head] + ((e + head) % 2 == 0 ? 0.1 : -0.1);
      table.SetAblated({0, head}, e, {drop < 1, 0, static_cast<float>(-drop)});
    }
  }
  return table;
}

RaceOptions Options(v1::Ranking::Combine combine, v1::Ranking::Method method, std::uint32_t heads) {
  return {
      .layers = 1, .heads_per_layer = heads, .examples = 48, .method = method, .combine = combine, .top = 1};
}

// Head 0 is needed by the second probe only, head 1 a little by both.
TEST(ProbeRace, MeanAndWorstRankDifferently) {
  const ScoreTable first = TableOf({0, 1.5, 0, 0}, 48), second = TableOf({2, 1.5, 0, 0}, 48);
  for (const v1::Ranking::Method method : {v1::Ranking::RACE, v1::Ranking::EXHAUSTIVE}) {
    const RaceDecision mean = NextRound({&first, &second}, Options(v1::Ranking::MEAN, method, 4));
    ASSERT_TRUE(mean.done);
    EXPECT_EQ(mean.ranking[0].head, (HeadRef{0, 1}));
    EXPECT_NEAR(mean.ranking[0].drop, 1.5, 1e-6);
    EXPECT_NEAR(mean.ranking[1].drop, 1, 1e-6);
    const RaceDecision worst = NextRound({&first, &second}, Options(v1::Ranking::WORST, method, 4));
    ASSERT_TRUE(worst.done);
    EXPECT_EQ(worst.ranking[0].head, (HeadRef{0, 0}));
    EXPECT_NEAR(worst.ranking[0].drop, 2, 1e-6);
    EXPECT_NEAR(worst.ranking[0].by_probe[0].logprob_drop, 0, 1e-6);
    EXPECT_NEAR(worst.ranking[0].by_probe[1].logprob_drop, 2, 1e-6);
    EXPECT_THAT(worst.reason, HasSubstr("the top 1 are certain"));
  }
}

TEST(ProbeRace, AsksForTheSameExamplesOfEveryProbe) {
  const ScoreTable first = TableOf({0, 1, 2, 3}, 48);
  ScoreTable second;
  for (std::uint32_t e = 0; e < 48; ++e) second.SetBase(e, {true, 0, 0});
  const RaceDecision ask = NextRound({&first, &second}, Options(v1::Ranking::MEAN, v1::Ranking::RACE, 4));
  ASSERT_FALSE(ask.done);
  EXPECT_EQ(ask.evaluations, 2u * 4 * 10);
  EXPECT_THAT(ask.reason, HasSubstr("4 heads on 10 examples of 2 probes"));
}

TEST(ProbeRace, OneProbeIsTheSameHoweverItWouldBeCombined) {
  const ScoreTable table = TableOf({0, 0.5, 2, 0.1}, 48);
  const RaceDecision mean = NextRound({&table}, Options(v1::Ranking::MEAN, v1::Ranking::RACE, 4));
  const RaceDecision worst = NextRound({&table}, Options(v1::Ranking::WORST, v1::Ranking::RACE, 4));
  EXPECT_EQ(mean.reason, worst.reason);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(mean.ranking[i].head, worst.ranking[i].head);
    EXPECT_THAT(worst.ranking[i].low, DoubleEq(mean.ranking[i].low));
    EXPECT_THAT(worst.ranking[i].high, DoubleEq(mean.ranking[i].high));
  }
}

// Drops that go together on both probes do not average out: the interval of the mean must stay as wide as one
// probe's, where adding variances as if they were independent would make it narrower.
TEST(ProbeRace, TheMeanKnowsThatProbesGoTogether) {
  const ScoreTable table = TableOf({1, 0}, 48);
  const HeadCost one = CostsOf({&table}, {0, 0}, 48, v1::Ranking::MEAN).combined;
  const HeadCost twice = CostsOf({&table, &table}, {0, 0}, 48, v1::Ranking::MEAN).combined;
  EXPECT_NEAR(twice.logprob_deviation, one.logprob_deviation, 1e-9);
  EXPECT_NEAR(twice.accuracy_drop_low, one.accuracy_drop_low, 1e-9);
}

// Of 12 heads, 3 are needed by one probe or the other. The promise: a race that calls its top certain is
// wrong in at most delta of all cases.
TEST(ProbeRace, WhatIsCalledCertainIsRight) {
  constexpr std::uint32_t kHeads = 12, kTop = 3, kExamples = 128;
  for (const v1::Ranking::Combine combine : {v1::Ranking::MEAN, v1::Ranking::WORST}) {
    int certain = 0, wrong = 0;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
      std::mt19937_64 random(seed);
      std::normal_distribution<double> normal;
      ScoreTable tables[2];
      for (std::uint32_t e = 0; e < kExamples; ++e) {
        for (std::uint32_t probe = 0; probe < 2; ++probe) {
          tables[probe].SetBase(e, {true, 0, 0});
          for (std::uint32_t head = 0; head < kHeads; ++head) {
            const double mean = head >= kTop ? 0.2 : head % 2 == probe ? 1.6 : 0.4;
            tables[probe].SetAblated({0, head}, e, {true, 0, static_cast<float>(-mean - normal(random))});
          }
        }
      }
      RaceOptions options = Options(combine, v1::Ranking::RACE, kHeads);
      options.examples = kExamples;
      options.top = kTop;
      const RaceDecision race = NextRound({&tables[0], &tables[1]}, options);
      ASSERT_TRUE(race.done);
      std::set<HeadRef> top;
      for (std::uint32_t i = 0; i < kTop; ++i) top.insert(race.ranking[i].head);
      if (race.reason.find("are certain") == std::string::npos) continue;
      ++certain;
      wrong += top != std::set<HeadRef>{{0, 0}, {0, 1}, {0, 2}};
    }
    EXPECT_GE(certain, 10) << combine;
    EXPECT_LE(wrong, 0.05 * certain) << combine;
  }
}

TEST(Ranked, TellsEachProbesDrops) {
  v1::Job job = SampleAblation();
  job.mutable_spec()->add_probes()->set_task(v1::Probe::MULTI_VALUE);
  job.mutable_spec()->mutable_ranking()->set_combine(v1::Ranking::WORST);
  FillDefaults(job);
  v1::JobRecord record = NewJobRecord(job);
  *record.mutable_teacher() = SampleTeacher();
  record.mutable_teacher()->set_layers(1);
  const ScoreTable first = TableOf({0, 0.2, 2, 0}, 8), second = TableOf({0, 3, 1, 0}, 8);
  const v1::Ranked ranked = MakeRanked(record, {&first, &second});
  ASSERT_EQ(ranked.probes_size(), 2);
  EXPECT_EQ(ranked.probes(1).name(), "multi_value");
  EXPECT_EQ(ranked.probes(1).teacher_accuracy(), 1);
  EXPECT_EQ(ranked.probes(1).origin().probe().task(), v1::Probe::MULTI_VALUE);
  EXPECT_EQ(ranked.rows(0).head().head(), 1u);
  EXPECT_NEAR(ranked.rows(0).logprob_drop(), 3, 1e-6);
  ASSERT_EQ(ranked.rows(0).by_probe_size(), 2);
  EXPECT_NEAR(ranked.rows(0).by_probe(0).logprob_drop(), 0.2, 1e-6);
  EXPECT_LT(ranked.rows(0).by_probe(1).logprob_drop_low(), 3);
}

}  // namespace
}  // namespace rad
