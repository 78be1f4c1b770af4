#include "kernels/kd_loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rad::kernels {
namespace {

struct Result {
  double loss = 0;
  std::vector<double> per_token, gradient;
};

Result LossOf(const KdShape& shape, const std::vector<float>& teacher, const std::vector<float>& student,
              const std::vector<std::uint8_t>& keep) {
  Result result;
  result.per_token.resize(shape.tokens);
  result.gradient.resize(shape.tokens * shape.vocab);
  result.loss = KdLossReference(shape, teacher.data(), student.data(), keep.data(), result.per_token.data(),
                                result.gradient.data());
  return result;
}

TEST(KdLossReferenceTest, UniformStudentCostsTheLogOfTheVocabulary) {
  const Result result = LossOf({1, 4}, {1, 2, 3, 4}, {5, 5, 5, 5}, {1});
  EXPECT_NEAR(result.loss, std::log(4.0), 1e-15);
}

TEST(KdLossReferenceTest, EqualLogitsCostTheTeachersEntropyAndHaveNoGradient) {
  // Probabilities 1/2 and 1/4 twice.
  const std::vector<float> logits = {1, 1 - std::log(2.0F), 1 - std::log(2.0F)};
  const Result result = LossOf({1, 3}, logits, logits, {1});
  EXPECT_NEAR(result.loss, 1.5 * std::log(2.0), 1e-7);
  for (const double gradient : result.gradient) EXPECT_EQ(gradient, 0);
}

TEST(KdLossReferenceTest, MasksTokensAndScalesBothSides) {
  const std::vector<float> teacher = {1, 2, 4, -1, 0, 3}, student = {0, 1, 1, 2, -2, 1};
  const Result both = LossOf({2, 3, 2, 3}, teacher, student, {1, 1}),
               first = LossOf({2, 3, 2, 3}, teacher, student, {1, 0});
  EXPECT_NEAR(both.loss, (both.per_token[0] + both.per_token[1]) / 2, 1e-15);
  EXPECT_EQ(first.loss, first.per_token[0]);
  EXPECT_EQ(first.gradient[3], 0);
  EXPECT_NEAR(first.gradient[0], 2 * both.gradient[0], 1e-15);
  const std::vector<float> scaled = {0.5F, 1, 2, -0.5F, 0, 1.5F};  // teacher / 2
  EXPECT_NEAR(LossOf({2, 3, 1, 3}, scaled, student, {1, 1}).loss, both.loss, 1e-15);
  EXPECT_EQ(LossOf({2, 3}, teacher, student, {0, 0}).loss, 0);
}

TEST(KdLossReferenceTest, GradientIsThatOfFiniteDifferences) {
  const KdShape shape{2, 3, 1.5, 2};
  const std::vector<float> teacher = {1, 2, 4, -1, 0, 3}, student = {0, 1, 1, 2, -2, 1};
  const Result result = LossOf(shape, teacher, student, {1, 1});
  for (std::size_t i = 0; i < student.size(); ++i) {
    std::vector<float> above = student, below = student;
    above[i] += 0.0078125F;  // a step that float adds exactly
    below[i] -= 0.0078125F;
    const double slope =
        (LossOf(shape, teacher, above, {1, 1}).loss - LossOf(shape, teacher, below, {1, 1}).loss) / 0.015625;
    EXPECT_NEAR(result.gradient[i], slope, 1e-6);
  }
}

}  // namespace
}  // namespace rad::kernels
