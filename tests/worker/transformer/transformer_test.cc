// The pieces of the forward pass against the textbook's formulas in float64, values and gradients.
#include "worker/model/transformer.h"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <numbers>

#include "gtest/gtest.h"
#include "tests/worker/transformer/random_transformer.h"

namespace rad {
namespace {

double RelativeError(const at::Tensor& value, const at::Tensor& reference) {
  const at::Tensor wide = reference.to(at::kDouble);
  return ((value.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
}

at::Tensor PlainRmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return x * (x.square().mean(-1, true) + eps).rsqrt() * weight;
}

// x [b, t, heads, P].
at::Tensor PlainRope(const at::Tensor& x, double base) {
  const std::int64_t t = x.size(1), p = x.size(3);
  const at::Tensor frequency = at::pow(base, at::arange(0, p, 2, at::kDouble) / -p);
  const at::Tensor angle = at::outer(at::arange(t, at::kDouble), frequency).unsqueeze(1);
  const at::Tensor a = x.narrow(3, 0, p / 2), b = x.narrow(3, p / 2, p / 2);
  return at::cat({a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()}, 3);
}

// One head at a time: q, k, v [t, P], visible [t, t] -> [t, P].
at::Tensor PlainHead(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& visible) {
  const at::Tensor scores = q.mm(k.t()) / std::sqrt(static_cast<double>(q.size(1)));
  return scores.masked_fill(visible.logical_not(), -1e300).softmax(1).mm(v);
}

at::Tensor PlainAttention(const ModelConfig& config, const AttentionWeights& w, const at::Tensor& x,
                          const at::Tensor& document) {
  const std::int64_t b = x.size(0), t = x.size(1), per_group = config.heads / config.kv_heads;
  const auto project = [&](const at::Tensor& weight, const at::Tensor& bias, std::int64_t heads) {
    at::Tensor y = x.matmul(weight.t());
    if (bias.defined()) y = y + bias;
    return y.view({b, t, heads, config.head_dim});
  };
  const at::Tensor q = PlainRope(project(w.q, w.q_bias, config.heads), config.rope_base);
  const at::Tensor k = PlainRope(project(w.k, w.k_bias, config.kv_heads), config.rope_base);
  const at::Tensor v = project(w.v, w.v_bias, config.kv_heads);
  std::vector<at::Tensor> sequences;
  for (std::int64_t s = 0; s < b; ++s) {
    at::Tensor visible = at::ones({t, t}, at::kBool).tril();
    if (document.defined()) visible = visible & document[s].unsqueeze(1).eq(document[s].unsqueeze(0));
    std::vector<at::Tensor> heads;
    for (std::int64_t h = 0; h < config.heads; ++h) {
      const std::int64_t g = h / per_group;
      heads.push_back(PlainHead(q[s].select(1, h), k[s].select(1, g), v[s].select(1, g), visible));
    }
    sequences.push_back(at::cat(heads, 1));
  }
  return at::stack(sequences).matmul(w.o.t());
}

at::Tensor PlainLayer(const Transformer& model, int layer, const at::Tensor& x, const at::Tensor& document) {
  const LayerWeights& w = model.layers[layer];
  const double eps = model.config.rms_eps;
  const at::Tensor mixed =
      x + PlainAttention(model.config, w.attention, PlainRmsNorm(x, w.input_norm, eps), document);
  const at::Tensor normed = PlainRmsNorm(mixed, w.post_norm, eps);
  const at::Tensor gate = normed.matmul(w.mlp.gate_up.narrow(0, 0, model.config.mlp).t());
  const at::Tensor up = normed.matmul(w.mlp.gate_up.narrow(0, model.config.mlp, model.config.mlp).t());
  return mixed + (gate * gate.sigmoid() * up).matmul(w.mlp.down.t());
}

at::Tensor PlainLogits(const Transformer& model, const at::Tensor& ids, const at::Tensor& document = {}) {
  at::Tensor x = model.embedding.index_select(0, ids.view({-1})).view({ids.size(0), ids.size(1), -1});
  for (int layer = 0; layer < model.config.layers; ++layer) x = PlainLayer(model, layer, x, document);
  return PlainRmsNorm(x, model.final_norm, model.config.rms_eps).matmul(model.lm_head.t());
}

// The same weights in float64.
Transformer Widen(const Transformer& model) {
  const auto wide = [](const at::Tensor& x) { return x.defined() ? x.to(at::kDouble) : x; };
  Transformer out = model;
  out.embedding = wide(model.embedding);
  out.final_norm = wide(model.final_norm);
  out.lm_head = wide(model.lm_head);
  for (LayerWeights& w : out.layers) {
    for (at::Tensor* x :
         {&w.input_norm, &w.post_norm, &w.attention.q, &w.attention.k, &w.attention.v, &w.attention.o,
          &w.attention.q_bias, &w.attention.k_bias, &w.attention.v_bias, &w.mlp.gate_up, &w.mlp.down}) {
      *x = wide(*x);
    }
  }
  return out;
}

at::Tensor RandomIds(std::int64_t b, std::int64_t t) { return at::randint(0, 101, {b, t}, at::kLong); }

TEST(Transformer, LlamaLogitsFollowTheFormulas) {
  const Transformer model = RandomTransformer(SmallConfig());
  const at::Tensor ids = RandomIds(3, 21);
  EXPECT_LT(RelativeError(Logits(model, HiddenStates(model, ids)), PlainLogits(Widen(model), ids)), 2e-5);
}

TEST(Transformer, Qwen2BiasesAndItsOwnOutputLayer) {
  ModelConfig config = SmallConfig();
  config.qkv_bias = true;
  config.tied_embeddings = false;
  config.rope_base = 1e6;
  const Transformer model = RandomTransformer(config);
  const at::Tensor ids = RandomIds(2, 9);
  EXPECT_LT(RelativeError(Logits(model, HiddenStates(model, ids)), PlainLogits(Widen(model), ids)), 2e-5);
}

TEST(Transformer, PackedDocumentsDoNotSeeOneAnother) {
  const Transformer model = RandomTransformer(SmallConfig());
  const at::Tensor ids = RandomIds(2, 12);
  const at::Tensor document = at::tensor({0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2}, at::kLong).repeat({2, 1});
  const at::Tensor packed = Logits(model, HiddenStates(model, ids, document));
  EXPECT_LT(RelativeError(packed, PlainLogits(Widen(model), ids, document)), 2e-5);
  // Positions are relative, so a document alone gives the same.
  const at::Tensor alone = Logits(model, HiddenStates(model, ids.narrow(1, 4, 5)));
  EXPECT_LT(RelativeError(packed.narrow(1, 4, 5), alone), 2e-5);
}

TEST(Transformer, RightPaddingChangesNothingBeforeIt) {
  const Transformer model = RandomTransformer(SmallConfig());
  const at::Tensor ids = RandomIds(1, 10);
  const at::Tensor padded = at::cat({ids, at::zeros({1, 6}, at::kLong)}, 1);
  EXPECT_LT(RelativeError(HiddenStates(model, padded).narrow(1, 0, 10), HiddenStates(model, ids)), 1e-5);
}

TEST(Transformer, Bfloat16StaysNear) {
  const Transformer model = RandomTransformer(SmallConfig());
  Transformer half = RandomTransformer(SmallConfig(), at::kBFloat16);
  const at::Tensor ids = RandomIds(2, 15);
  EXPECT_LT(RelativeError(Logits(half, HiddenStates(half, ids)), PlainLogits(Widen(model), ids)), 0.1);
}

// Gradients in float64, where no rounding hides a wrong term.
TEST(Transformer, LayerGradientsFollowTheFormulas) {
  ModelConfig config = SmallConfig();
  config.qkv_bias = true;
  for (const bool packed : {false, true}) {
    const Transformer model = Widen(RandomTransformer(config));
    const LayerWeights& w = model.layers[1];
    const at::Tensor x = at::randn({2, 11, config.hidden}, at::kDouble).requires_grad_();
    std::vector<at::Tensor> inputs = {x,
                                      w.input_norm,
                                      w.post_norm,
                                      w.attention.q,
                                      w.attention.k_bias,
                                      w.attention.v,
                                      w.attention.o,
                                      w.mlp.gate_up,
                                      w.mlp.down};
    for (at::Tensor& input : inputs) input.requires_grad_();
    const at::Tensor document = packed ? at::arange(11).div(4, "floor").repeat({2, 1}) : at::Tensor();
    const at::Tensor dy = at::randn({2, 11, config.hidden}, at::kDouble);
    const Rope rope = MakeRope(config, 0, 11);
    const auto grads = torch::autograd::grad({LayerForward(model, 1, x, rope, document)}, inputs, {dy});
    const auto expected = torch::autograd::grad({PlainLayer(model, 1, x, document)}, inputs, {dy});
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      // Angles are kept in float32.
      EXPECT_LT(RelativeError(grads[i], expected[i]), 1e-6) << "input " << i << ", packed " << packed;
    }
  }
}

TEST(Rope, OffsetGivesTheRowsOfThatPosition) {
  const Rope all = MakeRope(SmallConfig(), 0, 30), tail = MakeRope(SmallConfig(), 20, 10);
  EXPECT_TRUE(all.cos.narrow(0, 20, 10).equal(tail.cos));
  EXPECT_TRUE(all.sin.narrow(0, 20, 10).equal(tail.sin));
}

// Llama 3.1's settings: short wavelengths kept, long ones divided by 8, a linear ramp between.
TEST(Rope, Llama3StretchesLowFrequenciesOnly) {
  ModelConfig config = SmallConfig();
  config.head_dim = 128;
  config.rope_base = 500000;
  const Rope plain = MakeRope(config, 0, 2);
  config.rope_scaling = RopeScaling{8, 1, 4, 8192};
  const Rope stretched = MakeRope(config, 0, 2);
  const auto frequency = [](const Rope& rope, int i) {
    return std::asin(static_cast<double>(rope.sin[1][i].item<float>()));
  };
  for (int i = 1; i < 64; ++i) {
    const double f = frequency(plain, i), turns = 8192 * f / (2 * std::numbers::pi);
    const double ratio = frequency(stretched, i) / f;
    if (turns > 4) {
      EXPECT_NEAR(ratio, 1, 1e-6) << i;
    } else if (turns < 1) {
      EXPECT_NEAR(ratio, 1.0 / 8, 1e-6) << i;
    } else {
      const double ramp = (turns - 1) / 3;
      EXPECT_NEAR(ratio, ramp + (1 - ramp) / 8, 1e-5) << i;
    }
  }
}

TEST(Rope, FactorsDivideTheFrequencies) {
  ModelConfig config = SmallConfig();
  const Rope plain = MakeRope(config, 3, 1);
  config.rope_factors = {1, 3, 1, 3};
  const Rope slowed = MakeRope(config, 1, 1);
  EXPECT_FLOAT_EQ(slowed.sin[0][0].item<float>(), MakeRope(SmallConfig(), 1, 1).sin[0][0].item<float>());
  config.rope_factors = {3, 3, 3, 3};
  EXPECT_LT(RelativeError(MakeRope(config, 9, 1).sin, plain.sin), 1e-6);
}

}  // namespace
}  // namespace rad
