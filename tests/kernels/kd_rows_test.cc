#include "kernels/kd_rows.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/kd_loss.h"
#include "tests/kernels/random_values.h"

namespace rad::kernels {
namespace {

template <typename T>
class KdRowsTest : public testing::Test {};
using LogitTypes = testing::Types<float, Bf16>;
TYPED_TEST_SUITE(KdRowsTest, LogitTypes);

std::vector<float> AsFloat(const auto& values) {
  std::vector<float> out;
  for (const auto& value : values) out.push_back(static_cast<float>(Value(value)));
  return out;
}

TYPED_TEST(KdRowsTest, AreTheReferencesLossAndGradient) {
  constexpr std::int64_t kRows = 5;
  const std::uint8_t keep[kRows] = {1, 1, 0, 1, 1};
  const float weight[kRows] = {0.25F, 0.25F, 0, 0.25F, 0.25F};
  for (const std::int64_t vocab : {1, 7, 50, 5000}) {
    for (const double tau : {1.0, 2.0}) {
      auto student = RandomValues<TypeParam>(kRows * vocab, 1, 4);
      const auto teacher = RandomValues<TypeParam>(kRows * vocab, 2, 4);
      std::vector<double> loss(kRows), gradient(student.size());
      KdLossReference({kRows, vocab, tau, tau}, AsFloat(teacher).data(), AsFloat(student).data(), keep,
                      loss.data(), gradient.data());
      std::vector<float> found(kRows);
      const auto scale = static_cast<float>(1 / tau);
      KdRows(kRows, vocab, {scale, scale}, weight, student.data(), teacher.data(), found.data());
      for (std::int64_t i = 0; i < kRows; ++i) EXPECT_NEAR(found[i], loss[i], 2e-6 * (1 + loss[i])) << vocab;
      for (std::size_t i = 0; i < gradient.size(); ++i)
        ASSERT_NEAR(Value(student[i]), gradient[i], Tolerance(TypeParam{}, gradient[i]))
            << vocab << " at " << i;
    }
  }
}

TYPED_TEST(KdRowsTest, EqualRowsHaveNothingToLearn) {
  auto student = RandomValues<TypeParam>(2 * 100, 1, 4);
  const auto teacher = student;
  const float weight[2] = {1, 1};
  float loss[2];
  KdRows(2, 100, {}, weight, student.data(), teacher.data(), loss);
  for (const TypeParam& gradient : student) EXPECT_NEAR(Value(gradient), 0, 1e-8);
}

TYPED_TEST(KdRowsTest, WhatIsNotANumberShows) {
  auto student = RandomValues<TypeParam>(100, 1), teacher = RandomValues<TypeParam>(100, 2);
  Set(student[40], NAN);
  const float weight[1] = {1};
  float loss[1];
  KdRows(1, 100, {}, weight, student.data(), teacher.data(), loss);
  EXPECT_TRUE(std::isnan(loss[0]));
}

}  // namespace
}  // namespace rad::kernels
