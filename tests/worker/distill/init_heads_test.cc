#include "worker/distill/init_heads.h"

#include <gtest/gtest.h>

#include "tests/worker/transformer/random_transformer.h"
#include "worker/distill/head_reduction.h"

namespace rad {
namespace {

struct InitHeadsTest : testing::Test {
  ModelConfig config = [] {
    ModelConfig c = SmallConfig();
    c.qkv_bias = true;
    return c;
  }();
  Transformer teacher = RandomTransformer(config);
  const AttentionWeights& attention = teacher.layers[0].attention;
  LayerView view = [this] {
    at::manual_seed(3);
    LayerView v{0, at::randn({4, 20, config.hidden}), {}, {}};
    const Qkv qkv = ProjectQkv(config, attention, v.normed, MakeRope(config, 0, 20));
    v.heads = HeadOutputs(config, qkv);
    v.output = at::linear(v.heads, attention.o);
    return v;
  }();

  // C.B of every pair of tokens of one sequence, per head: [H, t, t].
  static at::Tensor Scores(const Mamba2Weights& w, const at::Tensor& u) {
    const SsdInput in = Mamba2ScanInput(w, u);
    return at::matmul(in.C[0].transpose(0, 1), in.B[0].permute({1, 2, 0}));
  }
  at::Tensor TeacherScores(const at::Tensor& u) const {
    const std::int64_t P = config.head_dim, t = u.size(1);
    const at::Tensor q =
        at::linear(u[0], attention.q, attention.q_bias).view({t, config.heads, P}).transpose(0, 1);
    at::Tensor k =
        at::linear(u[0], attention.k, attention.k_bias).view({t, config.kv_heads, P}).transpose(0, 1);
    k = k.repeat_interleave(config.heads / config.kv_heads, 0);
    return at::matmul(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(P));
  }
};

// How far two sets of scores differ beyond a scale per head.
double Distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor scale = (a * b).sum({1, 2}, true) / (a * a).sum({1, 2}, true);
  return ((a * scale - b).norm() / b.norm()).item<double>();
}

TEST_F(InitHeadsTest, FullStateReproducesTheScoresOfQAndK) {
  const Mamba2Weights w = InitHeads(config, attention, {config.head_dim}, view, {});
  EXPECT_LT(Distance(Scores(w, view.normed), TeacherScores(view.normed)), 1e-3);
}

TEST_F(InitHeadsTest, SmallerStateKeepsTheLeadingPartOfTheScores) {
  double before = 1;
  for (const int state_dim : {2, 4, 6}) {
    const double distance = Distance(Scores(InitHeads(config, attention, {state_dim}, view, {}), view.normed),
                                     TeacherScores(view.normed));
    EXPECT_LT(distance, before) << state_dim;
    before = distance;
  }
}

TEST_F(InitHeadsTest, ValuesAreTheTeachersAndTheGateIsOpen) {
  const Mamba2Weights w = InitHeads(config, attention, {4}, view, {});
  const at::Tensor x = Mamba2ScanInput(w, view.normed).x;  // [b, t, H, P]
  const at::Tensor v =
      at::linear(view.normed, attention.v, attention.v_bias).unflatten(2, {config.kv_heads, -1});
  for (std::int64_t head = 0; head < config.heads; ++head) {
    const std::int64_t group = head / (config.heads / config.kv_heads);
    EXPECT_TRUE(at::allclose(x.select(2, head), v.select(2, group), 1e-5, 1e-5)) << head;
  }
  SsdInput in = Mamba2ScanInput(w, view.normed);
  EXPECT_TRUE(at::allclose(Mamba2Heads(w, view.normed), Ssd(in, false).y.flatten(2), 1e-5, 1e-5));
}

TEST_F(InitHeadsTest, ScaleAndSkipAreTheBestForEveryHead) {
  const Mamba2Weights w = InitHeads(config, attention, {4}, view, {});
  const at::Tensor target = view.heads.unflatten(2, {config.heads, config.head_dim});
  SsdInput in = Mamba2ScanInput(w, view.normed);
  const at::Tensor skip = in.D;
  in.D = at::zeros_like(skip);
  const at::Tensor scan = Ssd(in, false).y;
  const auto errors = [&](double scale, double more_skip) {
    const at::Tensor y = scan * scale + in.x * (skip + more_skip).unsqueeze(1);
    return (y - target).square().sum({0, 1, 3});
  };
  const at::Tensor best = errors(1, 0);
  EXPECT_TRUE((best < target.square().sum({0, 1, 3})).all().item<bool>());
  for (const double change : {-0.02, 0.02}) {
    EXPECT_TRUE((errors(1 + change, 0) >= best * (1 - 1e-5)).all().item<bool>());
    EXPECT_TRUE((errors(1, change) >= best * (1 - 1e-5)).all().item<bool>());
  }
}

// What is lost when the teacher's heads go through x's dimensions and back, seen through o_proj.
TEST_F(InitHeadsTest, SmallerHeadsKeepTheLeadingPartOfTheOutputs) {
  const std::int64_t Q = config.head_dim;
  double before = 1;
  for (const std::int64_t P : {2, 4, 6}) {
    const Mamba2Weights w = InitHeads(config, attention, {4, P}, view, {});
    double error = 0;
    for (std::int64_t head = 0; head < config.heads; ++head) {
      const at::Tensor y = view.heads.flatten(0, 1).narrow(1, head * Q, Q),
                       o = attention.o.narrow(1, head * Q, Q);
      const OutputReduction reduction = ReduceOutputs(y, o, P);
      EXPECT_TRUE(at::allclose(w.out[head], reduction.out));
      const at::Tensor back = at::linear(at::linear(y, reduction.in), reduction.out);
      error += ((at::linear(back, o) - at::linear(y, o)).norm() / at::linear(y, o).norm()).item<double>();
      // No other P directions are better: not the leading ones of y alone.
      const auto [u, s, vh] = at::linalg_svd(y, /*full_matrices=*/false);
      const at::Tensor plain = at::linear(at::linear(y, vh.narrow(0, 0, P)), vh.narrow(0, 0, P).t());
      EXPECT_LE((at::linear(back, o) - at::linear(y, o)).norm().item<double>(),
                (at::linear(plain, o) - at::linear(y, o)).norm().item<double>() * (1 + 1e-4));
    }
    EXPECT_LT(error / config.heads, before) << P;
    before = error / config.heads;
  }
}

TEST_F(InitHeadsTest, HeadsBeyondTheTeachersStartAsHersAndLearn) {
  const std::int64_t P = config.head_dim + 3;
  const Mamba2Weights w = InitHeads(config, attention, {4, P}, view, {}),
                      plain = InitHeads(config, attention, {4}, view, {});
  EXPECT_TRUE(at::allclose(AsTeacherHeads(w, Mamba2Heads(w, view.normed)), Mamba2Heads(plain, view.normed),
                           1e-4, 1e-4));
  w.out.requires_grad_();
  AsTeacherHeads(w, Mamba2Heads(w, view.normed)).square().sum().backward();
  EXPECT_TRUE((w.out.grad().abs() > 0).all().item<bool>());
}

TEST_F(InitHeadsTest, StateBeyondTheHeadStartsEmptyAndLearns) {
  const auto P = static_cast<int>(config.head_dim);
  const Mamba2Weights w = InitHeads(config, attention, {P + 3}, view, {}),
                      full = InitHeads(config, attention, {P}, view, {});
  EXPECT_LT(Distance(Scores(w, view.normed), Scores(full, view.normed)), 1e-5);
  EXPECT_TRUE(at::allclose(Mamba2Heads(w, view.normed), Mamba2Heads(full, view.normed), 1e-4, 1e-4));
  w.in_proj.requires_grad_();
  Mamba2Heads(w, view.normed).square().sum().backward();
  const at::Tensor moved = w.in_proj.grad().narrow(0, w.x_rows(), w.b_rows()).unflatten(0, {w.heads, P + 3});
  EXPECT_TRUE((moved.abs().sum(2) > 0).all().item<bool>());  // every row of B
  EXPECT_TRUE(at::equal(w.in_proj, InitHeads(config, attention, {P + 3}, view, {}).in_proj));
}

}  // namespace
}  // namespace rad
