#include "worker/data/mixture.h"

#include <gtest/gtest.h>

#include <cmath>

#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

TEST(Mixture, EveryPartsNumbersComeInOrderWithoutGaps) {
  SplitMix random({5});
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> shares(1 + random.Below(6));
    for (double& share : shares) share = random.Below(4) == 0 ? 0 : random.Unit();
    shares[random.Below(shares.size())] = 1;
    double total = 0;
    for (const double share : shares) total += share;
    const Mixture mixture(shares);
    std::vector<std::int64_t> next(shares.size());
    for (std::int64_t sequence = 0; sequence < 1000; ++sequence) {
      const Mixture::Draw draw = mixture.At(sequence);
      ASSERT_EQ(draw.number, next[draw.part]++);
      for (std::size_t part = 0; part < shares.size(); ++part) {
        const double wanted = static_cast<double>(sequence + 1) * shares[part] / total;
        EXPECT_LE(std::abs(static_cast<double>(next[part]) - wanted), static_cast<double>(part) + 1.001);
      }
    }
  }
}

TEST(Mixture, SpreadsAShareEvenly) {
  const Mixture mixture({0.25, 0.75});
  for (std::int64_t sequence = 0; sequence < 100; ++sequence)
    EXPECT_EQ(mixture.At(sequence).part == 0, sequence % 4 == 3) << sequence;
}

TEST(Mixture, HoldsFarOut) {
  const std::int64_t far = std::int64_t{1} << 40;
  const Mixture mixture({0.5, 0, 0.25, 0.25});
  std::int64_t before = mixture.At(far).number;
  EXPECT_NEAR(static_cast<double>(before), static_cast<double>(far) / (mixture.At(far).part == 0 ? 2 : 4), 4);
}

}  // namespace
}  // namespace rad
