#include "worker/model/hybrid.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "worker/model/join_heads.h"

namespace rad {
namespace {

// Blocks `heads` of P rows each (dim 0) or columns (dim 1); a copy.
at::Tensor SelectBlocks(const at::Tensor& weight, const std::vector<int>& heads, std::int64_t P, int dim) {
  if (!weight.defined()) return {};
  std::vector<std::int64_t> indices;
  for (const int head : heads) {
    for (std::int64_t i = 0; i < P; ++i) indices.push_back(head * P + i);
  }
  return weight.detach().index_select(dim, at::tensor(indices)).to(at::kFloat);
}

AttentionWeights SelectAttention(const AttentionWeights& teacher, const HeadSplit& split, std::int64_t P) {
  if (split.kept.empty()) return {};
  AttentionWeights kept;
  kept.q = SelectBlocks(teacher.q, split.kept, P, 0);
  kept.k = SelectBlocks(teacher.k, split.groups, P, 0);
  kept.v = SelectBlocks(teacher.v, split.groups, P, 0);
  kept.q_bias = SelectBlocks(teacher.q_bias, split.kept, P, 0);
  kept.k_bias = SelectBlocks(teacher.k_bias, split.groups, P, 0);
  kept.v_bias = SelectBlocks(teacher.v_bias, split.groups, P, 0);
  return kept;
}

Mamba2Weights Detached(Mamba2Weights w) {
  for (at::Tensor* tensor :
       {&w.in_proj, &w.in_proj_bias, &w.conv_weight, &w.conv_bias, &w.z_bias, &w.D, &w.out}) {
    if (tensor->defined()) *tensor = tensor->detach();
  }
  return w;
}

// The teacher's output projection for its SSM heads [d, S*P], which read what `out` reads.
at::Tensor SsmColumns(const ModelConfig& config, const at::Tensor& o, const std::vector<int>& heads,
                      const Mamba2Weights& ssm) {
  const at::Tensor columns = SelectBlocks(o, heads, config.head_dim, 1);
  if (!ssm.out.defined()) return columns;
  return at::einsum("dsq,sqp->dsp", {columns.unflatten(1, {-1, config.head_dim}), ssm.out}).flatten(1);
}

// In a layer where every head of the teacher has an SSM head.
void ClearKeptHeads(const HeadSplit& split, std::int64_t P, const at::Tensor& ssm_columns) {
  for (const int head : split.kept) ssm_columns.narrow(1, head * P, P).zero_();
}

}  // namespace

HeadSplit MakeHeadSplit(const ModelConfig& config, std::vector<int> kept, Join join) {
  const int group_size = static_cast<int>(config.heads / config.kv_heads);
  HeadSplit split{std::move(kept)};
  for (int head = 0; head < config.heads; ++head) {
    const bool is_kept = std::binary_search(split.kept.begin(), split.kept.end(), head);
    if (!is_kept || join != Join::kReplace) split.ssm.push_back(head);
  }
  for (const int head : split.kept) {
    const int group = head / group_size;
    if (split.groups.empty() || split.groups.back() != group) split.groups.push_back(group);
    split.kept_group.push_back(static_cast<int>(split.groups.size()) - 1);
  }
  return split;
}

std::vector<std::vector<int>> KeptByLayer(const ModelConfig& config, std::span<const HeadId> kept) {
  std::vector<std::vector<int>> layers(config.layers);
  for (const HeadId id : kept) layers.at(id.layer).push_back(id.head);
  for (std::vector<int>& heads : layers) std::sort(heads.begin(), heads.end());
  return layers;
}

Transformer WithoutAttention(const Transformer& teacher) {
  Transformer base = teacher;
  for (LayerWeights& layer : base.layers) layer.attention = {};
  return base;
}

HybridLayer MakeHybridLayer(const ModelConfig& config, const AttentionWeights& teacher, std::vector<int> kept,
                            Join join, const Mamba2Weights& all_heads) {
  HybridLayer layer{MakeHeadSplit(config, std::move(kept), join)};
  const HeadSplit& split = layer.split;
  layer.attention = SelectAttention(teacher, split, config.head_dim);
  std::vector<at::Tensor> columns;
  if (!split.kept.empty()) columns.push_back(SelectBlocks(teacher.o, split.kept, config.head_dim, 1));
  if (!split.ssm.empty()) {
    layer.ssm = Detached(SelectHeads(all_heads, split.ssm));
    columns.push_back(SsmColumns(config, teacher.o, split.ssm, layer.ssm));
    layer.ssm.out.reset();
    if (join == Join::kSum) ClearKeptHeads(split, layer.ssm.head_dim, columns.back());
  }
  layer.o = at::cat(columns, 1);
  if (join == Join::kAdapter && !split.kept.empty()) {
    layer.adapter = at::eye(config.hidden);
    layer.adapter_bias = at::zeros({config.hidden});
  }
  return layer;
}

void OwnBase(HybridStudent& student) {
  Transformer& base = student.base;
  const auto own = [](at::Tensor& tensor) { tensor = tensor.detach().to(at::kFloat, false, /*copy=*/true); };
  const bool tied = base.lm_head.is_same(base.embedding);
  base.product_dtype = base.dtype();
  own(base.embedding);
  for (LayerWeights& layer : base.layers) {
    for (at::Tensor* tensor : {&layer.input_norm, &layer.post_norm, &layer.mlp.gate_up, &layer.mlp.down})
      own(*tensor);
  }
  own(base.final_norm);
  tied ? void(base.lm_head = base.embedding) : own(base.lm_head);
  student.own_base = true;
}

std::vector<NamedTensor> TrainedTensors(const HybridStudent& student) {
  const Transformer& base = student.base;
  std::vector<NamedTensor> tensors;
  if (student.own_base) tensors.push_back({"embed_tokens.weight", base.embedding});
  for (std::size_t l = 0; l < student.layers.size(); ++l) {
    const HybridLayer& layer = student.layers[l];
    const auto add = [&](const char* name, const at::Tensor& tensor) {
      if (tensor.defined()) tensors.push_back({absl::StrCat("layers.", l, ".", name), tensor});
    };
    add("attention.q_proj.weight", layer.attention.q);
    add("attention.k_proj.weight", layer.attention.k);
    add("attention.v_proj.weight", layer.attention.v);
    add("attention.q_proj.bias", layer.attention.q_bias);
    add("attention.k_proj.bias", layer.attention.k_bias);
    add("attention.v_proj.bias", layer.attention.v_bias);
    add("ssm.in_proj.weight", layer.ssm.in_proj);
    add("ssm.in_proj.bias", layer.ssm.in_proj_bias);
    add("ssm.conv1d.weight", layer.ssm.conv_weight);
    add("ssm.conv1d.bias", layer.ssm.conv_bias);
    add("ssm.z_bias", layer.ssm.z_bias);
    add("ssm.D", layer.ssm.D);
    add("o_proj.weight", layer.o);
    add("adapter.weight", layer.adapter);
    add("adapter.bias", layer.adapter_bias);
    if (!student.own_base) continue;
    add("input_layernorm.weight", base.layers[l].input_norm);
    add("post_attention_layernorm.weight", base.layers[l].post_norm);
    add("mlp.gate_up_proj.weight", base.layers[l].mlp.gate_up);
    add("mlp.down_proj.weight", base.layers[l].mlp.down);
  }
  if (!student.own_base) return tensors;
  tensors.push_back({"norm.weight", base.final_norm});
  if (!base.lm_head.is_same(base.embedding)) tensors.push_back({"lm_head.weight", base.lm_head});
  return tensors;
}

Qkv ProjectKept(const ModelConfig& config, const HybridLayer& layer, const at::Tensor& normed,
                const Rope& rope) {
  ModelConfig kept = config;
  kept.heads = static_cast<std::int64_t>(layer.split.kept.size());
  kept.kv_heads = static_cast<std::int64_t>(layer.split.groups.size());
  return ProjectQkv(kept, layer.attention, normed, rope);
}

at::Tensor KeptHeadOutputs(const ModelConfig& config, const HybridLayer& layer, const at::Tensor& normed,
                           const Rope& rope, const at::Tensor& document) {
  Qkv qkv = ProjectKept(config, layer, normed, rope);
  if (layer.split.groups.size() != layer.split.kept.size()) {  // groups may be kept in unequal parts
    const at::Tensor group = at::tensor(layer.split.kept_group, at::kLong);
    qkv.k = qkv.k.index_select(1, group);
    qkv.v = qkv.v.index_select(1, group);
  }
  ModelConfig ungrouped = config;
  ungrouped.heads = ungrouped.kv_heads = static_cast<std::int64_t>(layer.split.kept.size());
  return HeadOutputs(ungrouped, qkv, document);
}

at::Tensor HybridMixer(const ModelConfig& config, const HybridLayer& layer, const at::Tensor& normed,
                       const Rope& rope, const at::Tensor& document) {
  at::Tensor attention, ssm;
  if (!layer.split.kept.empty()) attention = KeptHeadOutputs(config, layer, normed, rope, document);
  if (!layer.split.ssm.empty()) ssm = Mamba2Heads(layer.ssm, normed, DocumentStarts(document));
  return JoinHeads(layer, attention, ssm);
}

at::Tensor LayerForward(const HybridStudent& student, int layer, const at::Tensor& x, const Rope& rope,
                        const at::Tensor& document) {
  const Transformer& base = student.base;
  const LayerWeights& w = base.layers.at(layer);
  const at::Tensor normed = Normed(base, x, w.input_norm);
  const at::Tensor mixed = x + HybridMixer(base.config, student.layers.at(layer), normed, rope, document);
  return AfterMlp(base, w, mixed);
}

at::Tensor HiddenStates(const HybridStudent& student, const at::Tensor& ids, const at::Tensor& document) {
  const ModelConfig& config = student.base.config;
  const Rope rope = MakeRope(config, 0, ids.size(1));
  at::Tensor x = Embed(student.base, ids);
  for (int layer = 0; layer < config.layers; ++layer) x = LayerForward(student, layer, x, rope, document);
  return Normed(student.base, x, student.base.final_norm);
}

}  // namespace rad
