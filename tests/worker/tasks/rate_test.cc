#include "worker/tasks/rate.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

const absl::Time kBegin = absl::UnixEpoch();

TEST(RateTest, UnknownUntilTwoObservations) {
  Rate rate;
  EXPECT_EQ(rate.per_second(), 0);
  EXPECT_LT(rate.EtaSeconds(100), 0);
  rate.Observe(5, kBegin);
  EXPECT_EQ(rate.per_second(), 0);
  EXPECT_LT(rate.EtaSeconds(100), 0);
}

TEST(RateTest, ASteadyRateIsExactFromTheFirstSecond) {
  Rate rate;
  for (int second = 0; second <= 40; ++second) {
    rate.Observe(3 * second, kBegin + absl::Seconds(second));
    if (second == 0) continue;
    EXPECT_NEAR(rate.per_second(), 3, 1e-9);
    EXPECT_NEAR(rate.EtaSeconds(300), (300 - 3 * second) / 3.0, 1e-6);
  }
}

TEST(RateTest, WhatAnEarlierAttemptDidIsNotCredited) {
  Rate rate;
  rate.Observe(1000, kBegin);
  rate.Observe(1010, kBegin + absl::Seconds(10));
  EXPECT_NEAR(rate.per_second(), 1, 1e-9);
}

TEST(RateTest, TheRateFollowsAChangeAndForgetsTheOldOne) {
  Rate rate;
  rate.Observe(0, kBegin);
  rate.Observe(1000, kBegin + absl::Seconds(10));  // 100 per second
  for (int second = 11; second <= 130; ++second) {
    rate.Observe(1000 + (second - 10), kBegin + absl::Seconds(second));  // then 1
  }
  EXPECT_NEAR(rate.per_second(), 1, 0.2);  // 99 * e^-6 is left of the old one
}

TEST(RateTest, StandingStillLowersIt) {
  Rate rate;
  rate.Observe(0, kBegin);
  rate.Observe(10, kBegin + absl::Seconds(1));
  rate.Observe(10, kBegin + absl::Seconds(20));
  EXPECT_LT(rate.per_second(), 1);
  EXPECT_GT(rate.per_second(), 0);
}

TEST(RateTest, GoingBackStartsAnew) {
  Rate rate;
  rate.Observe(0, kBegin);
  rate.Observe(100, kBegin + absl::Seconds(1));
  rate.Observe(0, kBegin + absl::Seconds(2));
  EXPECT_LT(rate.EtaSeconds(100), 0);
}

TEST(RateTest, WithoutATotalThereIsNoEta) {
  Rate rate;
  rate.Observe(0, kBegin);
  rate.Observe(1, kBegin + absl::Seconds(1));
  EXPECT_LT(rate.EtaSeconds(0), 0);
  EXPECT_EQ(rate.EtaSeconds(0.5), 0);  // beyond the total: now
}

}  // namespace
}  // namespace rad
