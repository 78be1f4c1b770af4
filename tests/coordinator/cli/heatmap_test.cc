#include "coordinator/cli/view/heatmap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/cli/sample_ranking.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;

TEST(Heatmap, LettersOnAPipe) {
  EXPECT_EQ(Heatmap(SampleRanking(), false),
            "layer  0 1 2\n"
            "    0     ==\n"  // 0.2 of 0.4375 is the fifth of ten inks
            "    1 @@    \n"
            "@@: log-probability falls by 4.38 nats without the head\n");
}

TEST(Heatmap, ShowsTheMeasureThatRanks) {
  v1::Ranked ranking = SampleRanking();
  ranking.mutable_ranking()->set_by(v1::Ranking::ACCURACY);
  EXPECT_THAT(Heatmap(ranking, false), HasSubstr("@@: accuracy falls by 43.8% without the head\n"));
}

TEST(Heatmap, ColoursOnATerminalAreSwitchedOffAtTheEndOfEachLine) {
  const std::string text = Heatmap(SampleRanking(), true);
  EXPECT_THAT(text, HasSubstr("    1 \x1b[48;5;226m  \x1b[48;5;234m  \x1b[48;5;234m  \x1b[0m\n"));
}

TEST(Heatmap, NothingAndNonsenseAreNotDrawn) {
  EXPECT_EQ(Heatmap(v1::Ranked(), false), "");
  v1::Ranked huge;
  huge.set_layers(4'000'000'000u);
  huge.set_heads(4'000'000'000u);
  EXPECT_EQ(Heatmap(huge, false), "");
  v1::Ranked outside = SampleRanking();
  AddRow(outside, 99, 99, 0.9);
  EXPECT_THAT(Heatmap(outside, false), HasSubstr("4.38 nats"));
}

TEST(Heatmap, NoHeadMatters) {
  v1::Ranked flat;
  flat.set_layers(1);
  flat.set_heads(2);
  EXPECT_EQ(Heatmap(flat, false),
            "layer  0 1\n    0     \n@@: log-probability falls by 0.00 nats without the head\n");
}

}  // namespace
}  // namespace rad::cli
