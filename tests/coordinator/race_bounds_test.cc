#include "coordinator/race_bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "coordinator/student_t.h"

namespace rad {
namespace {

using ::testing::ElementsAre;

TEST(RaceLooks, GrowByAHalfAndEndWithTheBudget) {
  EXPECT_THAT(RaceLooks(100), ElementsAre(10, 15, 22, 33, 49, 73, 100));
  EXPECT_THAT(RaceLooks(10), ElementsAre(10));
  EXPECT_THAT(RaceLooks(3), ElementsAre(3));
}

TEST(RaceBounds, ASingleLookSpendsAllOfDelta) {
  const RaceBounds bounds({16}, 0.05, 100, 10, 0);
  const DropBounds of = bounds.Of(1, 2, 0);
  EXPECT_NEAR(of.high, 1 + 2 * StudentTQuantile(0.025 / 10, 15) / 4, 1e-6);
  EXPECT_NEAR(of.low, 1 - 2 * StudentTQuantile(0.025 / 90, 15) / 4, 1e-6);
}

TEST(RaceBounds, TheLargestOfSeveralProbesSharesOnlyWhatLowerBoundsMayErr) {
  const DropBounds of = RaceBounds({16}, 0.05, 100, 10, 0, 3).Of(1, 2, 0);
  EXPECT_NEAR(of.high, 1 + 2 * StudentTQuantile(0.025 / 10, 15) / 4, 1e-6);
  EXPECT_NEAR(of.low, 1 - 2 * StudentTQuantile(0.025 / 90 / 3, 15) / 4, 1e-6);
}

TEST(RaceBounds, NoHeadVariesLessThanTheFloor) {
  const RaceBounds bounds({8, 16}, 0.05, 10, 2, 0.5);
  EXPECT_EQ(bounds.Of(0, 0, 1).high, bounds.Of(0, 0.5, 1).high);
  EXPECT_GT(bounds.Of(0, 0.6, 1).high, bounds.Of(0, 0.5, 1).high);
}

// The promise itself: over many races of normal heads, that any of the bounds that matter fails at any look
// is as rare as delta says. With delta = 0.4, looked at on 9 occasions, some of 300 runs must fail, too.
TEST(RaceBounds, FailTogetherAsSeldomAsPromised) {
  constexpr std::uint32_t kHeads = 20, kTop = 4;
  const std::vector<std::uint32_t> looks = RaceLooks(200);
  const RaceBounds bounds(looks, 0.4, kHeads, kTop, 0);
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  int failed = 0;
  for (int run = 0; run < 300; ++run) {
    bool holds = true;
    for (std::uint32_t head = 0; head < kHeads; ++head) {
      double sum = 0, squares = 0;
      for (std::uint32_t n = 1, look = 0; n <= 200; ++n) {
        const double drop = normal(random);
        sum += drop;
        squares += drop * drop;
        if (n != looks[look]) continue;
        const double mean = sum / n;
        const DropBounds at = bounds.Of(mean, std::sqrt((squares - n * mean * mean) / (n - 1)), look++);
        holds = holds && (head < kTop ? at.high >= 0 : at.low <= 0);
      }
    }
    failed += !holds;
  }
  EXPECT_LE(failed, 0.4 * 300);
  EXPECT_GE(failed, 10);
}

}  // namespace
}  // namespace rad
