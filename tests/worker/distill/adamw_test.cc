#include "worker/distill/adamw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rad {
namespace {

at::Tensor Parameter(std::initializer_list<float> values) {
  return at::tensor(std::vector<float>(values)).set_requires_grad(true);
}

// The published update rule, in double, for one parameter.
struct PlainAdamW {
  double value, m = 0, v = 0;
  int step = 0;
  void Step(double gradient, double rate, const AdamWOptions& o) {
    ++step;
    value -= rate * o.weight_decay * value;
    m = o.beta1 * m + (1 - o.beta1) * gradient;
    v = o.beta2 * v + (1 - o.beta2) * gradient * gradient;
    const double m_hat = m / (1 - std::pow(o.beta1, step)), v_hat = v / (1 - std::pow(o.beta2, step));
    value -= rate * m_hat / (std::sqrt(v_hat) + o.eps);
  }
};

TEST(AdamW, FollowsThePublishedRuleWithClippingAndDecay) {
  const AdamWOptions options{.weight_decay = 0.1, .max_gradient_norm = 2};
  at::Tensor p = at::tensor({0.5F, -1.0F}).view({1, 2}).set_requires_grad(true);
  AdamW optimizer({{"p", p}}, options);
  PlainAdamW a{0.5}, b{-1.0};
  for (int step = 0; step < 5; ++step) {
    const float ga = 3.0F - static_cast<float>(step), gb = 4.0F;
    p.mutable_grad() = at::tensor({ga, gb}).view({1, 2});
    const double norm = std::hypot(ga, gb), scale = std::max(1.0, norm / 2);
    EXPECT_NEAR(optimizer.Step(0.01), norm, 1e-5);
    a.Step(ga / scale, 0.01, options);
    b.Step(gb / scale, 0.01, options);
  }
  EXPECT_NEAR(p[0][0].item<float>(), a.value, 1e-6);
  EXPECT_NEAR(p[0][1].item<float>(), b.value, 1e-6);
}

// The numbers are those of torch.optim.AdamW 2.11 with two parameter groups, weight_decay 0.1 and 0, after
// torch.nn.utils.clip_grad_norm_ over both.
TEST(AdamW, DecaysMatricesAlone) {
  at::Tensor matrix = at::tensor({0.5F, -1.0F, 2.0F, 0.25F}).view({2, 2}).set_requires_grad(true);
  at::Tensor vector = Parameter({1.0F, -0.5F});
  AdamW optimizer({{"m.weight", matrix}, {"m.bias", vector}}, {.weight_decay = 0.1});
  for (int i = 0; i < 4; ++i) {
    const auto step = static_cast<float>(i);
    matrix.mutable_grad() = at::tensor({1 - step, 2.0F, 0.5F * step, -1.0F}).view({2, 2});
    vector.mutable_grad() = at::tensor({0.5F, step - 1});
    optimizer.Step(0.01);
  }
  const at::Tensor expected_matrix =
      at::tensor({0.4862533212F, -1.0356429815F, 1.9675384760F, 0.2886382937F}).view({2, 2});
  EXPECT_TRUE(at::allclose(matrix, expected_matrix, 0, 1e-6)) << matrix;
  EXPECT_TRUE(at::allclose(vector, at::tensor({0.9603034258F, -0.4882073700F}), 0, 1e-6)) << vector;
}

TEST(AdamW, DecayIsForMatricesButNotForFilters) {
  const at::Tensor matrix = at::ones({2, 4}), vector = at::ones({4});
  EXPECT_TRUE(IsDecayed({"layers.0.ssm.in_proj.weight", matrix}));
  EXPECT_TRUE(IsDecayed({"embed_tokens.weight", matrix}));
  EXPECT_FALSE(IsDecayed({"layers.0.ssm.conv1d.weight", matrix}));
  for (const char* name : {"layers.0.ssm.in_proj.bias", "layers.0.ssm.D", "norm.weight"})
    EXPECT_FALSE(IsDecayed({name, vector})) << name;
}

TEST(AdamW, ChangesWhatItOwnsClippedByTheGradientOfAll) {
  at::Tensor own = Parameter({1}), other = Parameter({1});
  AdamW part({{"own", own}, {"other", other}}, {}, {true, false});
  at::Tensor whole_own = Parameter({1}), whole_other = Parameter({1});
  AdamW whole({{"own", whole_own}, {"other", whole_other}}, {});
  for (at::Tensor* p : {&own, &other, &whole_own, &whole_other}) p->mutable_grad() = at::full({1}, 3.0F);
  EXPECT_EQ(part.Step(0.1), whole.Step(0.1));
  EXPECT_TRUE(at::equal(own, whole_own));
  EXPECT_EQ(other.item<float>(), 1);
  EXPECT_FALSE(other.grad().defined());
  EXPECT_EQ(part.Moments().size(), 2u);
  EXPECT_TRUE(at::equal(part.Moments()[0].tensor, whole.Moments()[0].tensor));
}

TEST(AdamW, NonFiniteGradientChangesNothing) {
  at::Tensor p = Parameter({0.5F, -1.0F});
  AdamW optimizer({{"p", p}}, {});
  p.mutable_grad() = at::tensor({1.0F, 1.0F});
  optimizer.Step(0.1);
  std::vector<at::Tensor> before{p.detach().clone()};
  for (const NamedTensor& state : optimizer.State("s")) before.push_back(state.tensor.clone());
  p.mutable_grad() = at::tensor({1.0F, std::numeric_limits<float>::infinity()});
  EXPECT_FALSE(std::isfinite(optimizer.Step(0.1)));
  EXPECT_FALSE(p.grad().defined());
  EXPECT_TRUE(at::equal(p, before[0]));
  const std::vector<NamedTensor> after = optimizer.State("s");
  for (std::size_t i = 0; i < after.size(); ++i)
    EXPECT_TRUE(at::equal(after[i].tensor, before[i + 1])) << after[i].name;
}

TEST(AdamW, RestoredStateContinuesInTheSameBits) {
  const auto gradient = [](int step) {
    return at::tensor({std::sin(1.0F + static_cast<float>(step)), 0.3F});
  };
  at::Tensor whole = Parameter({1, 2});
  AdamW undisturbed({{"p", whole}}, {});
  at::Tensor half = Parameter({1, 2});
  std::vector<at::Tensor> saved;
  {
    AdamW first({{"p", half}}, {});
    for (int step = 0; step < 3; ++step) {
      half.mutable_grad() = gradient(step);
      first.Step(0.1);
    }
    for (const NamedTensor& state : first.State("s")) saved.push_back(state.tensor.clone());
  }
  AdamW second({{"p", half}}, {});
  const std::vector<NamedTensor> state = second.State("s");
  ASSERT_EQ(state.size(), saved.size());
  for (std::size_t i = 0; i < state.size(); ++i) at::Tensor(state[i].tensor).copy_(saved[i]);
  for (int step = 0; step < 6; ++step) {
    whole.mutable_grad() = gradient(step);
    undisturbed.Step(0.1);
    if (step < 3) continue;
    half.mutable_grad() = gradient(step);
    second.Step(0.1);
  }
  EXPECT_TRUE(at::equal(whole, half));
}

}  // namespace
}  // namespace rad
