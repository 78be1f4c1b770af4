#include "worker/eval/wilson.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

// Reference values: R, binom::binom.wilson.
TEST(Wilson, KnownIntervals) {
  const Interval some = WilsonInterval95(8, 10);
  EXPECT_NEAR(some.low, 0.4901625, 1e-6);
  EXPECT_NEAR(some.high, 0.9433178, 1e-6);
  const Interval none = WilsonInterval95(0, 128);
  EXPECT_DOUBLE_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.0291374, 1e-6);
  EXPECT_DOUBLE_EQ(WilsonInterval95(128, 128).high, 1);
  EXPECT_DOUBLE_EQ(WilsonInterval95(0, 0).low, 0);
  EXPECT_DOUBLE_EQ(WilsonInterval95(0, 0).high, 1);
}

}  // namespace
}  // namespace rad
