#include "worker/distill/learning_rate.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

TEST(LearningRate, WarmsUpHoldsAndDecaysToNearZero) {
  const LearningRateSchedule schedule{.peak = 2, .steps = 100, .warmup_share = 0.04, .decay_share = 0.5};
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 0), 0.5);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 1), 1.0);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 3), 2.0);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 50), 2.0);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 75), 1.0);
  EXPECT_DOUBLE_EQ(LearningRateAt(schedule, 99), 0.04);
}

TEST(LearningRate, OneStepRunTrainsAtThePeak) {
  EXPECT_DOUBLE_EQ(LearningRateAt({.peak = 3, .steps = 1}, 0), 3.0);
}

}  // namespace
}  // namespace rad
