// The kernels that go over rows: norm, gate and rotation, at widths with and without a rest of lanes.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/rms_norm.h"
#include "kernels/rotate_halves.h"
#include "kernels/silu_mul.h"
#include "tests/kernels/random_values.h"

namespace rad::kernels {
namespace {

template <typename T>
class VectorRows : public testing::Test {};
using Types = testing::Types<float, Bf16>;
TYPED_TEST_SUITE(VectorRows, Types);

constexpr std::int64_t kRows = 3;
constexpr std::int64_t kWidths[] = {1, 8, 16, 37, 576};

// r of row `row`, in double.
double InverseRms(const std::vector<float>& x, std::int64_t row, std::int64_t d, double eps) {
  double squares = 0;
  for (std::int64_t i = 0; i < d; ++i) squares += Value(x[row * d + i]) * Value(x[row * d + i]);
  return 1 / std::sqrt(squares / static_cast<double>(d) + eps);
}

TYPED_TEST(VectorRows, RmsNormIsTheDefinition) {
  for (const std::int64_t d : kWidths) {
    const auto x = RandomValues<float>(kRows * d, 1, 3), w = RandomValues<float>(d, 2);
    std::vector<TypeParam> y(x.size());
    std::vector<float> inverse(kRows);
    RmsNorm(kRows, d, x.data(), w.data(), 1e-5F, y.data(), inverse.data());
    for (std::int64_t row = 0; row < kRows; ++row) {
      const double r = InverseRms(x, row, d, 1e-5);
      EXPECT_NEAR(inverse[row], r, 1e-6 * r);
      for (std::int64_t i = 0; i < d; ++i) {
        const double exact = Value(x[row * d + i]) * r * Value(w[i]);
        ASSERT_NEAR(Value(y[row * d + i]), exact, Tolerance(TypeParam{}, exact)) << "d " << d << ", i " << i;
      }
    }
  }
}

TYPED_TEST(VectorRows, RmsNormBackwardIsItsGradient) {
  for (const std::int64_t d : kWidths) {
    const auto x = RandomValues<float>(kRows * d, 1, 3), w = RandomValues<float>(d, 2);
    const auto dy = RandomValues<TypeParam>(kRows * d, 3);
    std::vector<float> dx(x.size()), inverse(kRows);
    for (std::int64_t row = 0; row < kRows; ++row)
      inverse[row] = static_cast<float>(InverseRms(x, row, d, 1e-5));
    RmsNormBackward(kRows, d, x.data(), w.data(), inverse.data(), dy.data(), dx.data());
    for (std::int64_t row = 0; row < kRows; ++row) {
      const double r = InverseRms(x, row, d, 1e-5);
      double dot = 0;
      for (std::int64_t i = 0; i < d; ++i)
        dot += Value(x[row * d + i]) * Value(w[i]) * Value(dy[row * d + i]);
      for (std::int64_t i = 0; i < d; ++i) {
        const double exact = r * Value(w[i]) * Value(dy[row * d + i]) -
                             Value(x[row * d + i]) * r * r * r * dot / static_cast<double>(d);
        ASSERT_NEAR(dx[row * d + i], exact, 1e-5 * (1 + std::abs(exact))) << "d " << d << ", i " << i;
      }
    }
  }
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TYPED_TEST(VectorRows, SiluMulIsTheDefinition) {
  for (const std::int64_t m : kWidths) {
    const auto gate_up = RandomValues<TypeParam>(kRows * 2 * m, 1, 4);
    std::vector<TypeParam> y(static_cast<std::size_t>(kRows * m));
    SiluMul(kRows, m, gate_up.data(), y.data());
    for (std::int64_t i = 0; i < kRows * m; ++i) {
      const std::int64_t at = i / m * 2 * m + i % m;
      const double g = Value(gate_up[at]), exact = g * Sigmoid(g) * Value(gate_up[at + m]);
      ASSERT_NEAR(Value(y[i]), exact, Tolerance(TypeParam{}, exact)) << "m " << m << ", i " << i;
    }
  }
}

TYPED_TEST(VectorRows, SiluMulBackwardIsItsGradient) {
  const std::int64_t m = 37;
  const auto gate_up = RandomValues<TypeParam>(kRows * 2 * m, 1, 4),
             dy = RandomValues<TypeParam>(kRows * m, 2);
  std::vector<TypeParam> d(gate_up.size());
  SiluMulBackward(kRows, m, gate_up.data(), dy.data(), d.data());
  for (std::int64_t i = 0; i < kRows * m; ++i) {
    const std::int64_t at = i / m * 2 * m + i % m;
    const double g = Value(gate_up[at]), up = Value(gate_up[at + m]), grad = Value(dy[i]), s = Sigmoid(g);
    const double d_gate = grad * up * s * (1 + g * (1 - s)), d_up = grad * g * s;
    ASSERT_NEAR(Value(d[at]), d_gate, 2 * Tolerance(TypeParam{}, d_gate));
    ASSERT_NEAR(Value(d[at + m]), d_up, 2 * Tolerance(TypeParam{}, d_up));
  }
}

TEST(SiluMul, StaysFiniteFarFromZero) {
  const std::vector<float> gate_up = {-1e4F, 1e4F, -90, 90, 3, 3, 3, 3};
  std::vector<float> y(4);
  SiluMul(1, 4, gate_up.data(), y.data());
  EXPECT_NEAR(y[0], 0, 1e-30);
  EXPECT_FLOAT_EQ(y[1], 3e4F);
  EXPECT_NEAR(y[2], 0, 1e-30);
  EXPECT_FLOAT_EQ(y[3], 270);
}

TYPED_TEST(VectorRows, RotationTurnsPairsAndBack) {
  for (const std::int64_t half : {4, 16, 32, 40}) {
    const std::int64_t tokens = 5, heads = 2, P = 2 * half;
    const auto x = RandomValues<TypeParam>(tokens * heads * P, 1);
    std::vector<float> cos(tokens * half), sin(tokens * half);
    for (std::size_t i = 0; i < cos.size(); ++i) {
      cos[i] = std::cos(static_cast<float>(i));
      sin[i] = std::sin(static_cast<float>(i));
    }
    std::vector<TypeParam> out(x.size());
    RotateHalves<TypeParam>(tokens, heads, half, {x.data(), heads * P, P}, cos.data(), sin.data(), 1,
                            {out.data(), heads * P, P});
    for (std::int64_t row = 0; row < tokens * heads; ++row) {
      for (std::int64_t i = 0; i < half; ++i) {
        const double c = cos[row / heads * half + i], s = sin[row / heads * half + i];
        const double a = Value(x[row * P + i]), b = Value(x[row * P + half + i]);
        ASSERT_NEAR(Value(out[row * P + i]), a * c - b * s, Tolerance(TypeParam{}, 3));
        ASSERT_NEAR(Value(out[row * P + half + i]), b * c + a * s, Tolerance(TypeParam{}, 3));
      }
    }
    RotateHalves<TypeParam>(tokens, heads, half, {out.data(), heads * P, P}, cos.data(), sin.data(), -1,
                            {out.data(), heads * P, P});  // in place
    for (std::size_t i = 0; i < x.size(); ++i)
      ASSERT_NEAR(Value(out[i]), Value(x[i]), 2 * Tolerance(TypeParam{}, 3));
  }
}

}  // namespace
}  // namespace rad::kernels
