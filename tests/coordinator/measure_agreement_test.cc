#include "coordinator/measure_agreement.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rad {
namespace {

RankedHead Head(double accuracy, double logprob) {
  RankedHead ranked;
  ranked.cost.accuracy_drop_low = accuracy - 0.1;
  ranked.cost.accuracy_drop_high = accuracy + 0.1;
  ranked.cost.logprob_drop = logprob;
  return ranked;
}

TEST(MeasureAgreement, EqualOrdersAgree) {
  const MeasureAgreement agreement = AgreementOf({Head(.4, 3), Head(.3, 2), Head(.1, 1)}, 2);
  EXPECT_EQ(agreement.top, 2u);
  EXPECT_EQ(agreement.shared, 2u);
  EXPECT_DOUBLE_EQ(agreement.rank_correlation, 1);
}

TEST(MeasureAgreement, OppositeOrdersDoNot) {
  const MeasureAgreement agreement = AgreementOf({Head(.1, 3), Head(.2, 2), Head(.3, 1), Head(.4, 0)}, 1);
  EXPECT_EQ(agreement.shared, 0u);
  EXPECT_DOUBLE_EQ(agreement.rank_correlation, -1);
}

// Ranks by accuracy 0.5 0.5 2 3 against 0 1 2 3: Pearson's of these is 4.5 / sqrt(4.5 * 5).
TEST(MeasureAgreement, EqualDropsShareTheirRank) {
  const MeasureAgreement agreement = AgreementOf({Head(.4, 9), Head(.4, 8), Head(.1, 7), Head(0, 6)}, 3);
  EXPECT_NEAR(agreement.rank_correlation, 4.5 / std::sqrt(4.5 * 5), 1e-12);
}

TEST(MeasureAgreement, NoMoreHeadsAreNamedThanThereAre) {
  EXPECT_EQ(AgreementOf({Head(.4, 3)}, 5).top, 1u);
  EXPECT_EQ(AgreementText({.top = 5, .shared = 4, .rank_correlation = 0.714}),
            "accuracy and log-probability share 4 of their top 5 (rank correlation 0.71)");
}

}  // namespace
}  // namespace rad
