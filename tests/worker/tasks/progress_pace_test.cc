#include "worker/tasks/progress_pace.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

const absl::Time kBegin = absl::UnixEpoch();

TEST(ProgressPaceTest, NothingIsDueBeforeTheTaskSpeaks) { EXPECT_FALSE(ProgressPace().Due()); }

TEST(ProgressPaceTest, NewsWaitAQuarterOfASecondSilenceAWholeOne) {
  ProgressPace pace;
  pace.Update({.phase = "a"}, kBegin);
  EXPECT_LE(*pace.Due(), kBegin);  // the first at once
  pace.Take(kBegin, 0);
  EXPECT_EQ(*pace.Due(), kBegin + absl::Seconds(1));
  pace.Update({.phase = "a", .done = 1}, kBegin + absl::Milliseconds(10));
  EXPECT_EQ(*pace.Due(), kBegin + absl::Milliseconds(250));
}

TEST(ProgressPaceTest, TheMessageSaysAllThatTheTaskSaid) {
  ProgressPace pace;
  pace.Update({.phase = "aligning",
               .done = 10,
               .total = 30,
               .unit = "steps",
               .step = 10,
               .tokens = 640,
               .heads_scored = 7,
               .losses = {{"align", 0.25}},
               .memory_bytes = {{"weights", 99}}},
              kBegin);
  pace.Take(kBegin, 1);
  pace.Update({.phase = "aligning",
               .done = 20,
               .total = 30,
               .unit = "steps",
               .compute_seconds = 2.5,
               .losses = {{"align", 0.125}}},
              kBegin + absl::Seconds(10));
  const v1::Progress message = pace.Take(kBegin + absl::Seconds(10), 12345);
  EXPECT_EQ(message.phase(), "aligning");
  EXPECT_EQ(message.done(), 20);
  EXPECT_EQ(message.total(), 30);
  EXPECT_EQ(message.unit(), "steps");
  EXPECT_NEAR(message.rate_per_second(), 1, 1e-9);
  EXPECT_NEAR(message.eta_seconds(), 10, 1e-6);
  EXPECT_EQ(message.compute_seconds(), 2.5);
  EXPECT_EQ(message.losses().at("align"), 0.125);
  EXPECT_EQ(message.memory_bytes().at("rss"), 12345u);
  EXPECT_EQ(message.memory_bytes_size(), 1);
}

TEST(ProgressPaceTest, APhaseHasItsOwnRate) {
  ProgressPace pace;
  pace.Update({.phase = "loading", .done = 0, .total = 1}, kBegin);
  pace.Update({.phase = "loading", .done = 1, .total = 1}, kBegin + absl::Seconds(1));
  pace.Update({.phase = "training", .done = 50, .total = 100}, kBegin + absl::Seconds(2));
  EXPECT_LT(pace.Take(kBegin + absl::Seconds(2), 0).eta_seconds(), 0);
}

TEST(ProgressPaceTest, ATaskThatStandsStillIsSeenToSlowDown) {
  ProgressPace pace;
  pace.Update({.phase = "a", .done = 0, .total = 100}, kBegin);
  pace.Update({.phase = "a", .done = 10, .total = 100}, kBegin + absl::Seconds(1));
  const double before = pace.Take(kBegin + absl::Seconds(1), 0).rate_per_second();
  EXPECT_LT(pace.Take(kBegin + absl::Seconds(5), 0).rate_per_second(), before);
}

}  // namespace
}  // namespace rad
