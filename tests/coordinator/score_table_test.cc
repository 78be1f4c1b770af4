#include "coordinator/score_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

v1::ScoreHeads Asked() {
  v1::ScoreHeads asked;
  asked.set_example_begin(3);
  asked.set_example_end(5);
  asked.add_heads()->set_layer(1);
  return asked;
}

TEST(ScoreTable, CostIsTheMeanDropOverTheExamples) {
  ScoreTable table;
  const HeadRef head{1, 2};
  for (std::uint32_t example = 0; example < 4; ++example) table.SetBase(example, {example != 3, 1, -1});
  table.SetAblated(head, 0, {false, 0, -3});
  table.SetAblated(head, 1, {true, 0, -1});
  table.SetAblated(head, 2, {false, 0, -2});
  table.SetAblated(head, 3, {true, 3, 0});
  const HeadCost cost = table.Cost(head, 4);
  EXPECT_DOUBLE_EQ(cost.accuracy_drop, 0.25);  // two lost, one won
  EXPECT_DOUBLE_EQ(cost.logprob_drop, 0.5);
  EXPECT_DOUBLE_EQ(cost.margin_drop, 0.25);
  EXPECT_DOUBLE_EQ(cost.logprob_deviation, std::sqrt((2.25 + 0.25 + 0.25 + 2.25) / 3));
  EXPECT_EQ(table.BaseCorrect(4), 3u);
  EXPECT_DOUBLE_EQ(table.Cost(head, 1).logprob_drop, 2);
}

// Agresti and Min's interval, worked by hand: 14 lost and 0 won of 32: b = 14.5, c = 0.5, n = 34,
// 14/34 +- 1.959964 sqrt(15 - 14^2/34) / 34.
TEST(ScoreTable, TheIntervalIsThatOfPairedProportions) {
  ScoreTable table;
  for (std::uint32_t example = 0; example < 32; ++example) {
    table.SetBase(example, {true, 0, 0});
    table.SetAblated({0, 0}, example, {example >= 14, 0, 0});
    table.SetAblated({0, 1}, example, {true, 0, 0});
  }
  const HeadCost cost = table.Cost({0, 0}, 32);
  EXPECT_NEAR(cost.accuracy_drop_low, 0.236581, 1e-5);
  EXPECT_NEAR(cost.accuracy_drop_high, 0.586949, 1e-5);
  const HeadCost none = table.Cost({0, 1}, 32);
  EXPECT_LT(none.accuracy_drop_low, -0.01);  // no change on 32 examples does not prove that there is none
  EXPECT_GT(none.accuracy_drop_high, 0.01);
}

TEST(CheckScores, TakesAnAnswer) { EXPECT_TRUE(CheckScores(Asked(), SampleScores(Asked())).ok()); }

TEST(CheckScores, RefusesWhatIsNoAnswer) {
  const v1::HeadScores good = SampleScores(Asked());
  v1::HeadScores bad = good;
  bad.set_example_begin(4);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckScores(Asked(), bad)));
  bad = good;
  bad.clear_ablated();
  EXPECT_TRUE(absl::IsInvalidArgument(CheckScores(Asked(), bad)));
  bad = good;
  bad.mutable_ablated(0)->mutable_head()->set_head(3);
  EXPECT_THAT(CheckScores(Asked(), bad).message(), HasSubstr("1.3"));
  bad = good;
  bad.mutable_ablated(0)->mutable_run()->add_correct(true);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckScores(Asked(), bad)));
  bad = good;
  bad.mutable_ablated(0)->mutable_run()->set_margin(0, std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(CheckScores(Asked(), bad).message(), HasSubstr("finite"));
}

}  // namespace
}  // namespace rad
