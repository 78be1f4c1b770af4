#include "coordinator/attentive_clock.h"

#include <gtest/gtest.h>

#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

TEST(AttentiveClockTest, RunsWithTheClockWhileItIsAskedOften) {
  ManualClock clock;
  const AttentiveClock attentive(clock);
  for (int tick = 0; tick < 100; ++tick) {
    clock.Advance(absl::Milliseconds(100));
    EXPECT_EQ(attentive.Monotonic(), clock.Monotonic());
  }
}

TEST(AttentiveClockTest, HardlyMovesOverAGap) {
  ManualClock clock;
  const AttentiveClock attentive(clock);
  const absl::Duration before = attentive.Monotonic();
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(attentive.Monotonic() - before, AttentiveClock::kLongestStep);
  EXPECT_EQ(attentive.Monotonic() - before, AttentiveClock::kLongestStep);
  clock.Advance(absl::Milliseconds(100));
  EXPECT_EQ(attentive.Monotonic() - before, AttentiveClock::kLongestStep + absl::Milliseconds(100));
}

TEST(AttentiveClockTest, OfAProcessThatIsAlwaysLateItStillPasses) {
  ManualClock clock;
  const AttentiveClock attentive(clock);
  const absl::Duration before = attentive.Monotonic();
  for (int tick = 0; tick < 20; ++tick) {
    clock.Advance(absl::Seconds(2));
    attentive.Monotonic();
  }
  EXPECT_EQ(attentive.Monotonic() - before, absl::Seconds(10));
}

}  // namespace
}  // namespace rad
