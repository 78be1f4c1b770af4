#include "kernels/decay_scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rad::kernels {
namespace {

// M[i,j] by its definition, one product at a time.
double Mixing(const std::vector<double>& decay, double score, double skip, int i, int j) {
  if (j > i) return 0;
  double product = score;
  for (int k = j + 1; k <= i; ++k) product *= decay[k];
  return i == j ? product + skip : product;
}

TEST(DecayScoresTest, FollowsTheDefinition) {
  const std::vector<double> decay = {0.9, 0.5, 0, 0.25, 1, std::exp(-40.0), 0.5};
  const int l = static_cast<int>(decay.size());
  std::vector<float> scores(l * l);
  for (int i = 0; i < l * l; ++i) scores[i] = static_cast<float>(i % 11) - 5;
  const std::vector<float> before = scores;
  DecayScores(l, decay.data(), 0.75F, scores.data());
  for (int i = 0; i < l; ++i) {
    for (int j = 0; j < l; ++j) {
      const double expected = Mixing(decay, before[i * l + j], 0.75, i, j);
      EXPECT_NEAR(scores[i * l + j], expected, 1e-7 * std::abs(expected)) << i << "," << j;
    }
  }
}

TEST(DecayScoresTest, StrongDecayEndsInZerosAndNotInDenormals) {
  constexpr int kTokens = 100;
  const std::vector<double> decay(kTokens, std::exp(-3.0));
  std::vector<float> scores(kTokens * kTokens, 1);
  DecayScores(kTokens, decay.data(), 0, scores.data());
  for (const float score : scores) EXPECT_TRUE(score == 0 || std::isnormal(score)) << score;
}

TEST(DecayScoresBackwardTest, LogDecayGathersEveryPathAcrossItsToken) {
  const std::vector<double> decay = {0.5, 0.5, 0, 0.25};  // token 2 begins a document
  std::vector<float> mixing(16, 1), grad(16), grad_log_decay(4);
  DecayScores(4, decay.data(), 0.5F, mixing.data());
  for (int i = 0; i < 16; ++i) grad[i] = static_cast<float>(i + 1);
  const std::vector<float> grad_mixing = grad;
  const double grad_skip =
      DecayScoresBackward(4, decay.data(), mixing.data(), grad.data(), grad_log_decay.data());
  EXPECT_EQ(grad_skip, 1 + 6 + 11 + 16);
  EXPECT_EQ(grad_log_decay[0], 0);                 // no earlier token in the tile
  EXPECT_FLOAT_EQ(grad_log_decay[1], 5 * 0.5F);    // M[1,0]; rows 2 and 3 are cut off
  EXPECT_EQ(grad_log_decay[2], 0);                 // the cut itself
  EXPECT_FLOAT_EQ(grad_log_decay[3], 15 * 0.25F);  // M[3,2]
  EXPECT_FLOAT_EQ(grad[1 * 4 + 0], grad_mixing[4] * 0.5F);
  EXPECT_EQ(grad[0 * 4 + 1], 0);  // above the diagonal
}

}  // namespace
}  // namespace rad::kernels
