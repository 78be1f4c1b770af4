#include "coordinator/cli/view/heatmap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/cli/view/ranking_table.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;

void AddRow(v1::Ranked& ranking, int layer, int head, double drop) {
  auto* row = ranking.add_rows();
  row->mutable_head()->set_layer(layer);
  row->mutable_head()->set_head(head);
  row->set_rank(ranking.rows_size());
  row->set_examples(32);
  row->set_accuracy_drop(drop);
  row->set_accuracy_drop_low(drop - 0.1);
  row->set_accuracy_drop_high(drop + 0.1);
  row->set_logprob_drop(10 * drop);
}

v1::Ranked Sample() {
  v1::Ranked ranking;
  ranking.set_layers(2);
  ranking.set_heads(3);
  AddRow(ranking, 1, 0, 0.4375);
  AddRow(ranking, 0, 2, 0.2);
  AddRow(ranking, 0, 0, -0.03125);
  return ranking;
}

TEST(Heatmap, LettersOnAPipe) {
  EXPECT_EQ(Heatmap(Sample(), false),
            "layer  0 1 2\n"
            "    0     ==\n"  // 0.2 of 0.4375 is the fifth of ten inks
            "    1 @@    \n"
            "@@: accuracy falls by 43.8% without the head\n");
}

TEST(Heatmap, ColoursOnATerminalAreSwitchedOffAtTheEndOfEachLine) {
  const std::string text = Heatmap(Sample(), true);
  EXPECT_THAT(text, HasSubstr("    1 \x1b[48;5;226m  \x1b[48;5;234m  \x1b[48;5;234m  \x1b[0m\n"));
}

TEST(Heatmap, NothingAndNonsenseAreNotDrawn) {
  EXPECT_EQ(Heatmap(v1::Ranked(), false), "");
  v1::Ranked huge;
  huge.set_layers(4'000'000'000u);
  huge.set_heads(4'000'000'000u);
  EXPECT_EQ(Heatmap(huge, false), "");
  v1::Ranked outside = Sample();
  AddRow(outside, 99, 99, 0.9);
  EXPECT_THAT(Heatmap(outside, false), HasSubstr("43.8%"));
}

TEST(Heatmap, NoHeadMatters) {
  v1::Ranked flat;
  flat.set_layers(1);
  flat.set_heads(2);
  EXPECT_EQ(Heatmap(flat, false), "layer  0 1\n    0     \n@@: accuracy falls by 0.0% without the head\n");
}

TEST(RankingTable, ShowsTheBestRoundedForReading) {
  EXPECT_EQ(RankingTable(Sample(), 2).ToText(),
            "RANK  HEAD  DROP (POINTS)  95% INTERVAL    LOG-PROB DROP  MARGIN DROP  EXAMPLES\n"
            "   1  1.0           +43.8  [+33.8, +53.8]          4.375        0.000        32\n"
            "   2  0.2           +20.0  [+10.0, +30.0]          2.000        0.000        32\n");
}

TEST(RankingTable, CsvHasEveryHeadAndEveryDigit) {
  EXPECT_EQ(
      RankingCsv(Sample()).ToCsv(),
      "rank,layer,head,examples,accuracy_drop,accuracy_drop_low,accuracy_drop_high,logprob_drop,margin_drop\n"
      "1,1,0,32,0.4375,0.3375,0.5375,4.375,0\n"
      "2,0,2,32,0.2,0.1,0.3,2,0\n"
      "3,0,0,32,-0.03125,-0.13125,0.06875,-0.3125,0\n");
}

}  // namespace
}  // namespace rad::cli
