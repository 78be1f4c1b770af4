#include "worker/ablation/answer_forward.h"

namespace rad {
namespace {

// Attention of the rows' queries q [B, H, A, P] over all earlier keys: [B*A, H*P].
at::Tensor AttendFromRows(const ModelConfig& config, const at::Tensor& q, const Qkv& qkv,
                          const at::Tensor& positions) {
  const std::int64_t b = q.size(0), a = q.size(2), t = qkv.k.size(2), groups = config.kv_heads;
  const std::int64_t per_group = config.heads / groups;
  // [B, 1, A, t]: a row sees tokens up to its own.
  const at::Tensor visible = at::arange(t).le(positions.unsqueeze(2)).unsqueeze(1);
  // The query heads of a group share its keys: they are rows of one small matrix, mask repeated.
  const at::Tensor grouped = q.reshape({b, groups, per_group * a, config.head_dim});
  const at::Tensor mask = visible.repeat({1, 1, per_group, 1});
  const at::Tensor out = at::scaled_dot_product_attention(grouped, qkv.k, qkv.v, mask);
  return out.reshape({b, config.heads, a, config.head_dim}).transpose(1, 2).reshape({b * a, -1});
}

}  // namespace

at::Tensor RowsAt(const at::Tensor& stream, const at::Tensor& positions) {
  const std::int64_t b = stream.size(0), t = stream.size(1);
  const at::Tensor rows = positions + at::arange(b).unsqueeze(1) * t;
  return stream.reshape({b * t, -1}).index_select(0, rows.reshape({-1}));
}

at::Tensor LastLayerRows(const Transformer& model, const at::Tensor& x, const at::Tensor& positions,
                         const Rope& rope) {
  const ModelConfig& config = model.config;
  const LayerWeights& w = model.layers.back();
  const std::int64_t b = positions.size(0), a = positions.size(1);
  const at::Tensor normed = RmsNorm(x, w.input_norm, config.rms_eps);
  const at::Tensor flat = positions.reshape({-1});
  const Rope row_rope{rope.cos.index_select(0, flat), rope.sin.index_select(0, flat)};

  Qkv qkv;
  const auto split = [&](const at::Tensor& y) {
    return y.view({b, -1, config.kv_heads, config.head_dim}).transpose(1, 2);
  };
  qkv.k = ApplyRope(split(at::linear(normed, w.attention.k, w.attention.k_bias)), rope);
  qkv.v = split(at::linear(normed, w.attention.v, w.attention.v_bias));
  // All rows as one sequence for the rotation, whose angles differ from row to row.
  const at::Tensor q = at::linear(RowsAt(normed, positions), w.attention.q, w.attention.q_bias);
  const at::Tensor turned =
      ApplyRope(q.view({1, b * a, config.heads, config.head_dim}).transpose(1, 2), row_rope);
  const at::Tensor per_sequence = turned.view({config.heads, b, a, config.head_dim}).transpose(0, 1);

  const at::Tensor mixed = at::addmm(RowsAt(x, positions),
                                     AttendFromRows(config, per_sequence, qkv, positions), w.attention.o.t());
  return mixed + Mlp(w.mlp, RmsNorm(mixed, w.post_norm, config.rms_eps));
}

at::Tensor RowLogits(const Transformer& model, const at::Tensor& stream) {
  return Logits(model, RmsNorm(stream, model.final_norm, model.config.rms_eps));
}

}  // namespace rad
