#include "worker/ablation/packed_forward.h"

#include "worker/model/causal_attention.h"
#include "worker/model/grouped_attention.h"

namespace rad {
namespace {

// Which keys the rows that are read see, [1, 1, E*A, R].
at::Tensor VisibleFromRows(const PackedBatch& batch) {
  const at::Tensor key = at::arange(batch.tokens()).unsqueeze(0), row = batch.rows.unsqueeze(1);
  const at::Tensor first =
      at::tensor(batch.visible.first, at::kLong).index_select(0, batch.rows).unsqueeze(1);
  const at::Tensor seen = key.ge(first).logical_or(key.lt(batch.visible.shared)).logical_and(key.le(row));
  return seen.unsqueeze(0).unsqueeze(0);
}

}  // namespace

at::Tensor PackedHeads(const Transformer& model, int layer, const PackedBatch& batch, const at::Tensor& x) {
  const LayerWeights& w = model.layers.at(layer);
  const Qkv qkv = ProjectQkv(model.config, w.attention, Normed(model, x, w.input_norm), batch.rope);
  return CausalAttention(qkv.q, qkv.k, qkv.v, batch.visible);
}

at::Tensor PackedLayer(const Transformer& model, int layer, const PackedBatch& batch, const at::Tensor& x) {
  const LayerWeights& w = model.layers.at(layer);
  const at::Tensor mixed = x + at::linear(PackedHeads(model, layer, batch, x), w.attention.o);
  return AfterMlp(model, w, mixed);
}

at::Tensor PackedLastLayer(const Transformer& model, const PackedBatch& batch, const at::Tensor& x) {
  const ModelConfig& config = model.config;
  const LayerWeights& w = model.layers.back();
  const std::int64_t copies = x.size(0), rows = batch.rows.numel();
  const at::Tensor normed = Normed(model, x, w.input_norm);
  const auto heads_of = [&](const at::Tensor& y, std::int64_t heads) {
    return y.view({copies, -1, heads, config.head_dim}).transpose(1, 2);
  };
  const Rope row_rope{batch.rope.cos.index_select(0, batch.rows), batch.rope.sin.index_select(0, batch.rows)};
  const at::Tensor q = at::linear(normed.index_select(1, batch.rows), w.attention.q, w.attention.q_bias);
  const at::Tensor k = at::linear(normed, w.attention.k, w.attention.k_bias);
  const at::Tensor v = at::linear(normed, w.attention.v, w.attention.v_bias);
  const at::Tensor heads = GroupedAttention(ApplyRope(heads_of(q, config.heads), row_rope),
                                            ApplyRope(heads_of(k, config.kv_heads), batch.rope),
                                            heads_of(v, config.kv_heads), VisibleFromRows(batch));
  const at::Tensor mixed =
      AnswerRows(batch, x) + at::linear(heads.reshape({copies * rows, -1}), w.attention.o);
  return AfterMlp(model, w, mixed);
}

at::Tensor AnswerRows(const PackedBatch& batch, const at::Tensor& x) {
  return x.index_select(1, batch.rows).flatten(0, 1);
}

}  // namespace rad
