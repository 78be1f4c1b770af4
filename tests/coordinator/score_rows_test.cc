#include "coordinator/score_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/work_digest.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Probe SampleProbe() {
  v1::Probe probe;
  probe.set_template_(v1::Probe::QA);
  probe.set_pairs(10);
  probe.set_seed(7);
  probe.set_examples(64);
  return probe;
}

v1::ScoreOrigin SampleOrigin(const v1::Probe& probe) { return ScoreOriginOf("digest", probe, v1::FLOAT32); }

TEST(ScoreRows, AHeadsRowSaysWhereItsScoresComeFrom) {
  ScoreTable table;
  table.SetAblated({3, 1}, 5, {true, 0.5f, -0.25f});
  table.SetAblated({3, 1}, 2, {false, -1, -3});
  const v1::HeadScoreRow row = MakeScoreRow(SampleOrigin(SampleProbe()), table, HeadRef{3, 1});
  EXPECT_EQ(row.origin().teacher_digest(), "digest");
  EXPECT_EQ(row.origin().probe().seed(), 7u);
  EXPECT_EQ(row.origin().probe().pairs(), 10u);
  EXPECT_GT(row.origin().code_version(), 0u);
  EXPECT_EQ(row.origin().precision(), v1::FLOAT32);
  EXPECT_EQ(row.head().layer(), 3u);
  EXPECT_THAT(row.examples(), ElementsAre(2, 5));
  EXPECT_THAT(row.run().answer_logprob(), ElementsAre(-3, -0.25f));
}

TEST(ScoreRows, ComeBackAsTheyWere) {
  ScoreTable table;
  table.SetBase(0, {true, 2, -0.5f});
  table.SetBase(9, {false, -1, -4});
  table.SetAblated({0, 2}, 9, {true, 0.125f, -0.5f});
  ScoreTable read;
  for (const std::optional<HeadRef>& head : {std::optional<HeadRef>(), std::optional<HeadRef>({0, 2})})
    EXPECT_EQ(AddScoreRow(MakeScoreRow({}, table, head), read), absl::OkStatus());
  EXPECT_TRUE(read.HasBase(0));
  EXPECT_FALSE(read.HasBase(5));
  EXPECT_TRUE(read.HasBase(9));
  read.ForEachKnown(HeadRef{0, 2}, [&](std::uint32_t example, const ScoreCell& cell) {
    EXPECT_EQ(example, 9u);
    EXPECT_EQ(cell, (ScoreCell{true, 0.125f, -0.5f}));
  });
  EXPECT_EQ(read.Known({0, 2}, 10), 1u);
}

TEST(ScoreRows, ATornRowIsDamage) {
  v1::HeadScoreRow row;
  row.add_examples(1);
  ScoreTable table;
  const absl::Status status = AddScoreRow(row, table);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has 1 examples, but 0 answers"));
  EXPECT_FALSE(table.HasBase(1));
}

// The number of examples and the floor do not change what example i is; all else does.
TEST(ScoreKey, IsOfWhatDeterminesAScore) {
  const std::string key = ScoreKey(SampleOrigin(SampleProbe()));
  v1::Probe probe = SampleProbe();
  probe.set_examples(128);
  probe.set_min_teacher_accuracy(0.9);
  EXPECT_EQ(ScoreKey(SampleOrigin(probe)), key);
  probe.set_seed(8);
  EXPECT_NE(ScoreKey(SampleOrigin(probe)), key);
  EXPECT_NE(ScoreKey(ScoreOriginOf("another", SampleProbe(), v1::FLOAT32)), key);
  EXPECT_NE(ScoreKey(ScoreOriginOf("digest", SampleProbe(), v1::BFLOAT16)), key);
}

}  // namespace
}  // namespace rad
