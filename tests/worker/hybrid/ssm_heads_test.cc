#include "worker/model/ssm_heads.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/worker/hybrid/random_student.h"
#include "tests/worker/hybrid/reference_scan.h"

namespace rad {
namespace {

// The definition (kernels/ssm_head.h) in double, one product of decays after the other, for autograd.
at::Tensor Definition(const Mamba2Weights& w, const at::Tensor& projected, const at::Tensor& reset) {
  const std::int64_t t = projected.size(1);
  const auto parts =
      (projected + w.in_proj_bias).split_with_sizes({w.conv_channels(), w.x_rows(), w.heads}, 2);
  const at::Tensor padded = at::constant_pad_nd(parts[0].transpose(1, 2), {kConvHistory, 0});
  const auto convolved = at::conv1d(padded, w.conv_weight.unsqueeze(1), w.conv_bias, at::IntArrayRef{1},
                                    at::IntArrayRef{0}, at::IntArrayRef{1}, w.conv_channels())
                             .transpose(1, 2)
                             .split_with_sizes({w.x_rows(), w.b_rows(), w.b_rows()}, 2);
  const auto by_head = [&](const at::Tensor& rows) {
    return rows.unflatten(2, {w.heads, -1}).transpose(1, 2);
  };
  const at::Tensor x = by_head(convolved[0]), B = by_head(convolved[1]), C = by_head(convolved[2]);
  at::Tensor decay = at::sigmoid(-parts[2]);
  if (reset.defined()) decay = decay.masked_fill(reset.unsqueeze(2), 0);
  decay = decay.transpose(1, 2);  // [b, H, t]
  at::Tensor row = at::zeros_like(decay);
  std::vector<at::Tensor> y;
  for (std::int64_t i = 0; i < t; ++i) {
    row = row * decay.slice(2, i, i + 1) + at::one_hot(at::full({1}, i, at::kLong), t);
    const at::Tensor scores = at::matmul(C.slice(2, i, i + 1), B.transpose(2, 3)) * row.unsqueeze(2);
    y.push_back(at::matmul(scores, x));
  }
  const at::Tensor all = at::cat(y, 2) + w.D.view({-1, 1, 1}) * x;
  return all.transpose(1, 2).flatten(2) * at::silu(parts[1] + w.z_bias);
}

struct Case {
  std::int64_t tokens, heads, head_dim, state_dim;
  bool packed;
};

class SsmHeadsTest : public testing::TestWithParam<Case> {};

TEST_P(SsmHeadsTest, EqualTheDefinitionAndItsGradients) {
  const Case c = GetParam();
  at::manual_seed(3);
  ModelConfig config = SmallConfig();
  config.heads = c.heads, config.head_dim = c.head_dim;
  Mamba2Weights w = RandomMamba2(config, {c.state_dim});
  const at::Tensor projected = at::randn({2, c.tokens, w.rows()}).requires_grad_();
  const at::Tensor reset = c.packed ? at::rand({2, c.tokens}).lt(0.1) : at::Tensor();
  Mamba2Weights exact = w;
  std::vector<at::Tensor> leaves{projected},
      exact_leaves{projected.detach().to(at::kDouble).requires_grad_()};
  const auto add = [&](at::Tensor& weight, at::Tensor& exact_weight) {
    exact_leaves.push_back(exact_weight = weight.to(at::kDouble).requires_grad_());
    leaves.push_back(weight.requires_grad_());
  };
  add(w.in_proj_bias, exact.in_proj_bias), add(w.conv_weight, exact.conv_weight), add(w.D, exact.D);
  add(w.conv_bias, exact.conv_bias), add(w.z_bias, exact.z_bias);
  const at::Tensor seed = at::randn({2, c.tokens, w.x_rows()});
  const at::Tensor out = SsmHeads(w, projected, reset), expected = Definition(exact, exact_leaves[0], reset);
  EXPECT_LT(RelativeError(out, expected), 2e-6);
  (out * seed).sum().backward();
  (expected * seed).sum().backward();
  for (std::size_t i = 0; i < leaves.size(); ++i)
    EXPECT_LT(RelativeError(leaves[i].grad(), exact_leaves[i].grad()), 5e-6) << "leaf " << i;
}

INSTANTIATE_TEST_SUITE_P(Shapes, SsmHeadsTest,
                         testing::Values(Case{1, 1, 8, 4, false}, Case{3, 2, 8, 4, false},
                                         Case{4, 1, 16, 16, false}, Case{17, 3, 20, 5, true},
                                         Case{64, 2, 64, 8, true}, Case{128, 2, 64, 64, true},
                                         Case{131, 1, 80, 24, false},
                                         Case{kMaxSsmHeadsTokens, 1, 64, 8, true}));

TEST(SsmHeads, WeakAndStrongDecaysAndBf16) {
  at::manual_seed(4);
  Mamba2Weights w = RandomMamba2(SmallConfig(), {4});
  at::Tensor projected = at::randn({2, 100, w.rows()});
  projected.slice(2, w.rows() - w.heads).mul_(30);  // decays of nearly 0 and nearly 1
  Mamba2Weights exact = w;
  for (at::Tensor* weight :
       {&exact.in_proj_bias, &exact.conv_weight, &exact.conv_bias, &exact.z_bias, &exact.D})
    *weight = weight->to(at::kDouble);
  EXPECT_LT(RelativeError(SsmHeads(w, projected, {}), Definition(exact, projected.to(at::kDouble), {})),
            2e-6);
  const at::Tensor half = projected.to(at::kBFloat16);
  const at::Tensor out = SsmHeads(w, half, {});
  EXPECT_EQ(out.scalar_type(), at::kBFloat16);
  EXPECT_LT(RelativeError(out, Definition(exact, half.to(at::kDouble), {})), 4e-3);  // the output's rounding
}

TEST(SsmHeads, ATokenThatIsNotANumberShows) {
  const Mamba2Weights w = RandomMamba2(SmallConfig(), {4});
  at::Tensor projected = at::randn({1, 20, w.rows()});
  projected[0][7][0] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor out = SsmHeads(w, projected, {});
  EXPECT_FALSE(out.slice(1, 0, 4).isnan().any().item<bool>());
  EXPECT_TRUE(out.select(1, 7).isnan().any().item<bool>());
}

TEST(SsmHeads, ShapesThatDoNotFitAreRefused) {
  const Mamba2Weights w = RandomMamba2(SmallConfig(), {4});
  EXPECT_THROW(SsmHeads(w, at::zeros({1, 5, w.rows() - 1}), {}), c10::Error);
  EXPECT_THROW(SsmHeads(w, at::zeros({1, kMaxSsmHeadsTokens + 1, w.rows()}), {}), c10::Error);
  EXPECT_THROW(SsmHeads(w, at::zeros({1, 5, w.rows()}), at::zeros({1, 4}, at::kBool)), c10::Error);
}

}  // namespace
}  // namespace rad
