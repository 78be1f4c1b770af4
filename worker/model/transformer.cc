#include "worker/model/transformer.h"

#include <ATen/core/grad_mode.h>

#include "worker/model/causal_attention.h"
#include "worker/model/rotary.h"
#include "worker/model/silu_mul.h"
#include "worker/model/trained_linear.h"

namespace rad {
namespace {

bool NeedsGradient(const at::Tensor& x) { return at::GradMode::is_enabled() && x.requires_grad(); }

// [b, t, heads * P] -> [b, heads, t, P], no copy.
at::Tensor SplitHeads(const at::Tensor& x, std::int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
}

at::Tensor Rotated(at::Tensor x, const Rope& rope) {
  if (NeedsGradient(x)) return ApplyRope(x, rope);
  RotateHalvesInPlace(x, rope.cos, rope.sin);  // x is a projection just made
  return x;
}

// Every query head gets its group's keys or values: [b, G, t, P] -> [b, H, t, P].
at::Tensor ExpandGroups(const at::Tensor& x, std::int64_t heads) {
  const std::int64_t b = x.size(0), groups = x.size(1), t = x.size(2), p = x.size(3);
  if (groups == heads) return x;
  return x.unsqueeze(2).expand({b, groups, heads / groups, t, p}).reshape({b, heads, t, p});
}

// [b, t] document numbers -> [b, 1, t, t], true where the row may see the column.
at::Tensor DocumentMask(const at::Tensor& document) {
  const std::int64_t t = document.size(1);
  const at::Tensor same = document.unsqueeze(2).eq(document.unsqueeze(1));
  return same.logical_and(at::ones({t, t}, at::kBool).tril()).unsqueeze(1);
}

}  // namespace

at::Tensor Embed(const Transformer& model, const at::Tensor& ids) {
  return at::embedding(model.embedding, ids).to(model.final_norm.scalar_type());
}

at::Tensor Normed(const Transformer& model, const at::Tensor& x, const at::Tensor& weight) {
  return RmsNorm(x, weight, model.config.rms_eps, model.dtype());
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::ScalarType dtype = x.scalar_type();
  if (weight.scalar_type() != dtype && NeedsGradient(weight)) return TrainedLinear(x, weight, bias);
  return at::linear(x, weight.to(dtype), bias.defined() ? bias.to(dtype) : bias);
}

Qkv ProjectQkv(const ModelConfig& config, const AttentionWeights& w, const at::Tensor& normed,
               const Rope& rope) {
  Qkv qkv;
  qkv.q = Rotated(SplitHeads(Linear(normed, w.q, w.q_bias), config.heads), rope);
  qkv.k = Rotated(SplitHeads(Linear(normed, w.k, w.k_bias), config.kv_heads), rope);
  qkv.v = SplitHeads(Linear(normed, w.v, w.v_bias), config.kv_heads);
  return qkv;
}

at::Tensor HeadOutputs(const ModelConfig& config, const Qkv& qkv, const at::Tensor& document) {
  const std::int64_t b = qkv.q.size(0), t = qkv.q.size(2);
  const bool packed = document.defined();
  const bool gradient = NeedsGradient(qkv.q) || NeedsGradient(qkv.k) || NeedsGradient(qkv.v);
  if (!gradient && qkv.q.scalar_type() != at::kDouble) return CausalAttention(qkv.q, qkv.k, qkv.v, document);
  const at::Tensor out = at::scaled_dot_product_attention(
      qkv.q, ExpandGroups(qkv.k, config.heads), ExpandGroups(qkv.v, config.heads),
      packed ? std::optional(DocumentMask(document)) : std::nullopt, /*dropout_p=*/0, /*is_causal=*/!packed);
  return out.transpose(1, 2).reshape({b, t, config.heads * config.head_dim});
}

at::Tensor Mlp(const MlpWeights& w, const at::Tensor& normed) {
  return Linear(SiluMul(Linear(normed, w.gate_up)), w.down);
}

at::Tensor AfterMlp(const Transformer& model, const LayerWeights& w, const at::Tensor& mixed) {
  return mixed + Mlp(w.mlp, Normed(model, mixed, w.post_norm));
}

at::Tensor LayerForward(const Transformer& model, int layer, const at::Tensor& x, const Rope& rope,
                        const at::Tensor& document) {
  const LayerWeights& w = model.layers.at(layer);
  const Qkv qkv = ProjectQkv(model.config, w.attention, Normed(model, x, w.input_norm), rope);
  const at::Tensor mixed = x + at::linear(HeadOutputs(model.config, qkv, document), w.attention.o);
  return AfterMlp(model, w, mixed);
}

at::Tensor HiddenStates(const Transformer& model, const at::Tensor& ids, const at::Tensor& document) {
  const Rope rope = MakeRope(model.config, 0, ids.size(1));
  at::Tensor x = Embed(model, ids);
  for (int layer = 0; layer < model.config.layers; ++layer) x = LayerForward(model, layer, x, rope, document);
  return Normed(model, x, model.final_norm);
}

at::Tensor Logits(const Transformer& model, const at::Tensor& hidden) {
  return Linear(hidden, model.lm_head);
}

}  // namespace rad
