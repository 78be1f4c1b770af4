#include <gtest/gtest.h>

#include "tests/coordinator/race_agreement.h"

namespace rad {
namespace {

class RaceAccuracy : public ::testing::TestWithParam<std::tuple<Simulation, std::uint32_t>> {};

TEST_P(RaceAccuracy, FindsTheSameHeadsFiveTimesCheaper) {
  const auto [simulation, top] = GetParam();
  const RaceAgreement found = CompareRaces(simulation, top);
  EXPECT_GE(found.agreed, 0.95 * kRaceOrders);
  EXPECT_GE(found.evaluations_ratio, 5);
}

INSTANTIATE_TEST_SUITE_P(, RaceAccuracy,
                         ::testing::Combine(::testing::Values(Simulation::kNormal, Simulation::kSkewed,
                                                              Simulation::kSmolLm2),
                                            ::testing::Values(5, 10)));

}  // namespace
}  // namespace rad
