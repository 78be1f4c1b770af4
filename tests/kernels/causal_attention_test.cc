#include "kernels/causal_attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "tests/kernels/random_values.h"

namespace rad::kernels {
namespace {

constexpr std::int64_t kHeads = 3;

// out of one head by the definition, in double.
template <typename T>
double Attended(const std::vector<T>& q, const std::vector<T>& k, const std::vector<T>& v, std::int64_t P,
                std::int64_t token, std::int64_t head, std::int64_t p, std::int64_t first,
                std::int64_t shared, double scale) {
  double sum = 0, weights = 0;
  for (std::int64_t j = 0; j <= token; ++j) {
    if (j < first && j >= shared) continue;
    double dot = 0;
    for (std::int64_t i = 0; i < P; ++i)
      dot += Value(q[(token * kHeads + head) * P + i]) * Value(k[j * P + i]);
    weights += std::exp(scale * dot);
    sum += std::exp(scale * dot) * Value(v[j * P + p]);
  }
  return sum / weights;
}

template <typename T>
void Check(std::int64_t t, std::int64_t P, std::int64_t document, std::int64_t shared) {
  const auto q = RandomValues<T>(t * kHeads * P, 1), k = RandomValues<T>(t * P, 2),
             v = RandomValues<T>(t * P, 3);
  std::vector<T> out(q.size());
  std::vector<std::int32_t> first(static_cast<std::size_t>(t));
  for (std::int64_t i = 0; i < t; ++i)
    first[i] = static_cast<std::int32_t>(document == 0 ? 0 : i / document * document);
  const AttentionShape shape{t, kHeads, P, document == 0 ? nullptr : first.data(), shared};
  std::vector<float> scratch(CausalAttentionScratch(shape));
  const float scale = 1 / std::sqrt(static_cast<float>(P));
  CausalAttention<T>(shape, {q.data(), kHeads * P, P}, {k.data(), P, 0}, {v.data(), P, 0}, scale,
                     {out.data(), kHeads * P, P}, scratch.data());
  for (std::int64_t i = 0; i < t; ++i) {
    for (std::int64_t h = 0; h < kHeads; ++h) {
      for (std::int64_t p = 0; p < P; ++p) {
        const double exact = Attended(q, k, v, P, i, h, p, first[i], shared, scale);
        ASSERT_NEAR(Value(out[(i * kHeads + h) * P + p]), exact, Tolerance(T{}, exact) + 2e-6)
            << "token " << i << " of " << t << ", head " << h << ", p " << p << ", P " << P << ", shared "
            << shared;
      }
    }
  }
}

class CausalAttentionTest : public testing::TestWithParam<std::tuple<int, int, int, int>> {};

TEST_P(CausalAttentionTest, IsTheDefinition) {
  const auto [t, P, document, shared] = GetParam();
  Check<float>(t, P, document, shared);
  Check<Bf16>(t, P, document, shared);
}

INSTANTIATE_TEST_SUITE_P(Shapes, CausalAttentionTest,
                         testing::Combine(testing::Values(1, 13, 32, 71), testing::Values(8, 64, 80),
                                          testing::Values(0, 11), testing::Values(0, 5, 19)));

TEST(CausalAttention, ScoresOfHundredsDoNotOverflow) {
  const std::vector<float> q(64, 50), k(4 * 64, 50), v(4 * 64, 2);
  std::vector<float> queries(4 * 64, 50), out(4 * 64);
  const AttentionShape shape{4, 1, 64};
  std::vector<float> scratch(CausalAttentionScratch(shape));
  CausalAttention<float>(shape, {queries.data(), 64, 64}, {k.data(), 64, 0}, {v.data(), 64, 0}, 1,
                         {out.data(), 64, 64}, scratch.data());
  for (const float y : out) EXPECT_FLOAT_EQ(y, 2);
}

}  // namespace
}  // namespace rad::kernels
