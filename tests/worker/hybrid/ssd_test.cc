#include "worker/model/ssd.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tests/worker/hybrid/reference_scan.h"

namespace rad {
namespace {

constexpr double kTolerance = 5e-6;

struct Case {
  const char* name;
  std::int64_t l, chunk;
  bool init, packed, final;
  double decay_scale;  // of the normal numbers under -softplus
};

SsdInput RandomInput(const Case& c) {
  at::manual_seed(7);
  const std::int64_t b = 2, h = 3, P = 16, N = 8;
  SsdInput in;
  in.x = at::randn({b, c.l, h, P}).requires_grad_();
  in.B = at::randn({b, c.l, h, N}).requires_grad_();
  in.C = at::randn({b, c.l, h, N}).requires_grad_();
  in.log_a = at::log_sigmoid(at::randn({b, c.l, h}) * c.decay_scale).requires_grad_();
  in.D = at::randn({h}).requires_grad_();
  if (c.init) in.init_state = at::randn({b, h, N, P}).requires_grad_();
  if (c.packed) in.reset = at::rand({b, c.l}).lt(0.1);
  return in;
}

class SsdTest : public testing::TestWithParam<Case> {};

TEST_P(SsdTest, MatchesThePlainRecurrenceAndItsGradients) {
  const Case& c = GetParam();
  const SsdInput in = RandomInput(c);
  const at::Tensor dy = at::randn_like(in.x);
  const SsdOutput out = Ssd(in, c.final, c.chunk);
  const at::Tensor dfinal = c.final ? at::randn_like(out.final_state) : at::Tensor();
  const ReferenceScan expected = RunReferenceScan(in, dy, dfinal);
  EXPECT_LT(RelativeError(out.y, expected.y), kTolerance);
  at::Tensor loss = (out.y * dy).sum();
  if (c.final) {
    EXPECT_LT(RelativeError(out.final_state, expected.final_state), kTolerance);
    loss = loss + (out.final_state * dfinal).sum();
  }
  loss.backward();
  EXPECT_LT(RelativeError(in.x.grad(), expected.grad_x), kTolerance);
  EXPECT_LT(RelativeError(in.B.grad(), expected.grad_B), kTolerance);
  EXPECT_LT(RelativeError(in.C.grad(), expected.grad_C), kTolerance);
  EXPECT_LT(RelativeError(in.D.grad(), expected.grad_D), kTolerance);
  if (c.l > 1 || c.init) {
    EXPECT_LT(RelativeError(in.log_a.grad(), expected.grad_log_a), kTolerance);
  }
  if (c.init) {
    EXPECT_LT(RelativeError(in.init_state.grad(), expected.grad_init_state), kTolerance);
  }
  if (c.packed) {
    EXPECT_EQ(in.log_a.grad().masked_select(in.reset.unsqueeze(2)).abs().max().item<float>(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SsdTest,
                         testing::Values(Case{"OneToken", 1, 128, false, false, true, 1},
                                         Case{"OneChunk", 128, 128, false, false, false, 1},
                                         Case{"OneTokenOver", 129, 128, false, false, true, 1},
                                         Case{"FromAState", 100, 128, true, false, true, 1},
                                         Case{"SmallChunks", 50, 16, true, false, true, 1},
                                         Case{"ChunksOfOne", 9, 1, true, false, true, 1},
                                         Case{"Packed", 150, 64, false, true, true, 1},
                                         Case{"PackedFromAState", 90, 32, true, true, true, 1},
                                         Case{"SlowAndFastDecay", 200, 128, true, false, true, 20}),
                         [](const auto& info) { return info.param.name; });

TEST(SsdStepTest, FollowsTheScanTokenByToken) {
  const at::NoGradGuard no_grad;
  const SsdInput in = RandomInput({"", 40, 128, true, false, true, 1});
  const SsdOutput whole = Ssd(in, true);
  at::Tensor state = in.init_state.detach().clone();
  for (std::int64_t t = 0; t < 40; ++t) {
    const at::Tensor y =
        SsdStep(in.x.select(1, t), in.B.select(1, t), in.C.select(1, t), in.log_a.select(1, t), in.D, state);
    ASSERT_LT(RelativeError(y, whole.y.select(1, t)), 1e-5) << "token " << t;
  }
  EXPECT_LT(RelativeError(state, whole.final_state), kTolerance);
}

TEST(SsdMixingMatrixTest, TimesTheInputIsTheOutput) {
  const at::NoGradGuard no_grad;
  const SsdInput in = RandomInput({"", 30, 128, false, true, false, 1});
  const at::Tensor mixing = SsdMixingMatrix(in);
  const at::Tensor y = at::matmul(mixing, in.x.transpose(1, 2)).transpose(1, 2);
  EXPECT_LT(RelativeError(y, Ssd(in, false).y), kTolerance);
  EXPECT_EQ(mixing.triu(1).abs().max().item<float>(), 0);
}

TEST(SsdAutocastTest, StaysInFloat32) {
  const SsdInput in = RandomInput({"", 64, 128, false, false, false, 1});
  const at::Tensor plain = Ssd(in, false).y;
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const at::Tensor y = Ssd(in, false).y;
  at::autocast::set_autocast_enabled(at::kCPU, false);
  EXPECT_TRUE(at::equal(y, plain));
}

TEST(DocumentStartsTest, MarksEachFirstTokenButTheSequencesOwn) {
  const at::Tensor document = at::tensor({4, 4, 7, 7, 7, 1}, at::kLong).unsqueeze(0);
  const at::Tensor expected = at::tensor({0, 0, 1, 0, 0, 1}, at::kLong).unsqueeze(0).to(at::kBool);
  EXPECT_TRUE(at::equal(DocumentStarts(document), expected));
  EXPECT_FALSE(DocumentStarts(at::Tensor()).defined());
}

}  // namespace
}  // namespace rad
