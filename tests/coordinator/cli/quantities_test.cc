#include "coordinator/cli/view/quantities.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rad::cli {
namespace {

TEST(Quantities, Seconds) {
  EXPECT_EQ(ShowSeconds(0), "0.0s");
  EXPECT_EQ(ShowSeconds(9.94), "9.9s");
  EXPECT_EQ(ShowSeconds(9.96), "10s");
  EXPECT_EQ(ShowSeconds(59.6), "1m00s");
  EXPECT_EQ(ShowSeconds(185), "3m05s");
  EXPECT_EQ(ShowSeconds(3599.9), "1h00m");
  EXPECT_EQ(ShowSeconds(7620), "2h07m");
  EXPECT_EQ(ShowSeconds(4 * 86400 + 3 * 3600), "4d03h");
  EXPECT_EQ(ShowSeconds(-1), "-");
  EXPECT_EQ(ShowSeconds(std::nan("")), "-");
  EXPECT_EQ(ShowSeconds(1e300), ">30y");
}

TEST(Quantities, Bytes) {
  EXPECT_EQ(ShowBytes(0), "0 B");
  EXPECT_EQ(ShowBytes(1023), "1023 B");
  EXPECT_EQ(ShowBytes(1024), "1.00 KiB");
  EXPECT_EQ(ShowBytes(276480), "270.0 KiB");
  EXPECT_EQ(ShowBytes(1023 * 1024), "1.00 MiB");
  EXPECT_EQ(ShowBytes(98'362'432), "93.8 MiB");
  EXPECT_EQ(ShowBytes(~0ull), "16777216.0 TiB");
}

TEST(Quantities, CountsSharesAndReals) {
  EXPECT_EQ(ShowCount(9999), "9999");
  EXPECT_EQ(ShowCount(20'480), "20.5k");
  EXPECT_EQ(ShowCount(999'950), "1.0M");
  EXPECT_EQ(ShowCount(2'000'000'000), "2.0G");
  EXPECT_EQ(ShowShare(0.984), "98.4%");
  EXPECT_EQ(ShowShare(std::nan("")), "-");
  EXPECT_EQ(ShowReal(35.4567), "35.46");
  EXPECT_EQ(ShowReal(INFINITY), "-");
}

TEST(Quantities, TimesAndAges) {
  EXPECT_EQ(ShowTime(0), "-");
  EXPECT_EQ(ShowAge(0, 100), "-");
  EXPECT_EQ(ShowAge(100, 410), "5m10s");
  EXPECT_EQ(ShowAge(500, 410), "0.0s") << "a server's clock may be ahead";
}

}  // namespace
}  // namespace rad::cli
