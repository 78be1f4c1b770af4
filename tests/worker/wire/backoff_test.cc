#include "worker/wire/backoff.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace rad {
namespace {

TEST(BackoffTest, DoublesUpToItsLimitAndStaysInTheUpperHalf) {
  std::mt19937_64 random(1);
  Backoff backoff(absl::Milliseconds(100), absl::Milliseconds(450));
  for (const int milliseconds : {100, 200, 400, 450, 450}) {
    const absl::Duration delay = backoff.Next(random);
    EXPECT_GE(delay, absl::Milliseconds(milliseconds) / 2);
    EXPECT_LE(delay, absl::Milliseconds(milliseconds));
  }
}

TEST(BackoffTest, ResetBeginsAnew) {
  std::mt19937_64 random(1);
  Backoff backoff(absl::Milliseconds(100), absl::Hours(1));
  for (int i = 0; i < 10; ++i) backoff.Next(random);
  backoff.Reset();
  EXPECT_LE(backoff.Next(random), absl::Milliseconds(100));
}

TEST(BackoffTest, DelaysAreSpread) {
  std::mt19937_64 random(1);
  std::set<absl::Duration> delays;
  for (int worker = 0; worker < 100; ++worker) {
    delays.insert(Backoff(absl::Seconds(1), absl::Seconds(1)).Next(random));
  }
  EXPECT_GT(delays.size(), 90u);
}

}  // namespace
}  // namespace rad
