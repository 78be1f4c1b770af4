#include "worker/model/mamba2_mixer.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tests/worker/hybrid/random_student.h"
#include "tests/worker/hybrid/reference_scan.h"
#include "worker/model/causal_conv.h"

namespace rad {
namespace {

TEST(CausalConvTest, MatchesDepthwiseConv1dAndItsGradients) {
  const std::int64_t channels = 70;  // more than a block, and no multiple of it
  for (const std::int64_t tokens : {1, 3, 20}) {
    const at::Tensor wide = at::randn({2, tokens, channels + 9});
    const at::Tensor in = wide.slice(2, 5, 5 + channels).requires_grad_();  // rows with a stride of their own
    const at::Tensor weight = at::randn({channels, 4}).requires_grad_(),
                     bias = at::randn({channels}).requires_grad_();
    const at::Tensor grad = at::randn({2, tokens, channels});
    CausalConv(in, weight, bias).mul(grad).sum().backward();

    const auto leaf = [](const at::Tensor& t) { return t.detach().to(at::kDouble).requires_grad_(); };
    const at::Tensor in64 = leaf(in), weight64 = leaf(weight), bias64 = leaf(bias);
    const at::Tensor padded = at::constant_pad_nd(in64.transpose(1, 2), {kConvHistory, 0});
    const at::Tensor expected = at::conv1d(padded, weight64.unsqueeze(1), bias64, /*stride=*/{1},
                                           /*padding=*/at::IntArrayRef{0}, /*dilation=*/{1}, channels)
                                    .transpose(1, 2);
    expected.mul(grad).sum().backward();

    EXPECT_LT(RelativeError(CausalConv(in, weight, bias), expected), 1e-6);
    EXPECT_LT(RelativeError(in.grad(), in64.grad()), 1e-6);
    EXPECT_LT(RelativeError(weight.grad(), weight64.grad()), 1e-6);
    EXPECT_LT(RelativeError(bias.grad(), bias64.grad()), 1e-6);
  }
}

TEST(Mamba2Test, InitialWeightsPassTheProjectionThrough) {
  const at::NoGradGuard no_grad;
  Mamba2Weights w = MakeMamba2Weights(12, 3, 4, 2);
  w.in_proj.slice(0, 0, w.x_rows()).copy_(at::eye(12));  // x = u, B = C = 0
  const at::Tensor u = at::randn({2, 9, 12});
  EXPECT_LT(RelativeError(Mamba2Heads(w, u), u), 1e-6);  // D = 1 and the gate is 1
}

TEST(Mamba2Test, SelectedHeadsGiveTheirSharesOfTheWhole) {
  const at::NoGradGuard no_grad;
  const Mamba2Weights all = RandomMamba2(SmallConfig(), {4});
  const at::Tensor u = at::randn({2, 11, SmallConfig().hidden}),
                   whole = Mamba2Heads(all, u).unflatten(2, {6, 8});
  const std::vector<int> heads = {4, 1, 5};
  const at::Tensor some = Mamba2Heads(SelectHeads(all, heads), u).unflatten(2, {3, 8});
  for (int i = 0; i < 3; ++i) EXPECT_LT(RelativeError(some.select(2, i), whole.select(2, heads[i])), 1e-6);
}

TEST(Mamba2Test, ContinuingFromAStateIsTheWholeForward) {
  const at::NoGradGuard no_grad;
  const Mamba2Weights w = RandomMamba2(SmallConfig(), {4});
  const at::Tensor u = at::randn({2, 140, SmallConfig().hidden}), whole = Mamba2Heads(w, u);
  Mamba2State state = MakeMamba2State(w, 2, at::kFloat);
  std::int64_t end = 0;
  for (const std::int64_t count : {1, 2, 130, 1, 6}) {
    const at::Tensor part = Mamba2HeadsFrom(w, u.slice(1, end, end + count), state);
    EXPECT_LT(RelativeError(part, whole.slice(1, end, end + count)), 1e-5);
    end += count;
  }
  EXPECT_EQ(end, 140);
}

}  // namespace
}  // namespace rad
