#include "worker/ablation/answer_forward.h"

#include "worker/model/grouped_attention.h"

namespace rad {
namespace {

// Which tokens the rows at positions [B, A] see: up to their own. [B, 1, A, t].
at::Tensor VisibleFrom(const at::Tensor& positions, std::int64_t t) {
  return at::arange(t).le(positions.unsqueeze(2)).unsqueeze(1);
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
  const at::Tensor normed = Normed(model, x, w.input_norm);
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

  const at::Tensor heads = GroupedAttention(per_sequence, qkv.k, qkv.v, VisibleFrom(positions, x.size(1)));
  const at::Tensor mixed = RowsAt(x, positions) + at::linear(heads.view({b * a, -1}), w.attention.o);
  return mixed + Mlp(w.mlp, Normed(model, mixed, w.post_norm));
}

at::Tensor RowLogits(const Transformer& model, const at::Tensor& stream) {
  return Logits(model, Normed(model, stream, model.final_norm));
}

}  // namespace rad
