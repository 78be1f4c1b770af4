#include "worker/model/check_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "absl/strings/str_join.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

// Far above any published model; low enough that a product of two extents fits in 64 bits with room to spare.
constexpr std::int64_t kMaxExtent = std::int64_t{1} << 28;
constexpr std::int64_t kMaxLayers = 4096;
constexpr std::string_view kLayerPrefix = "model.layers.";

struct Weight {
  std::string name;
  std::vector<std::int64_t> shape;
};

std::vector<Weight> OuterWeights(const ModelConfig& c) {
  std::vector<Weight> weights = {{"model.embed_tokens.weight", {c.vocab, c.hidden}},
                                 {"model.norm.weight", {c.hidden}}};
  if (!c.tied_embeddings) weights.push_back({"lm_head.weight", {c.vocab, c.hidden}});
  return weights;
}

// Names without "model.layers.<n>.".
std::vector<Weight> LayerWeights(const ModelConfig& c) {
  const std::int64_t q = c.heads * c.head_dim, kv = c.kv_heads * c.head_dim;
  std::vector<Weight> weights = {
      {"input_layernorm.weight", {c.hidden}},      {"post_attention_layernorm.weight", {c.hidden}},
      {"self_attn.q_proj.weight", {q, c.hidden}},  {"self_attn.k_proj.weight", {kv, c.hidden}},
      {"self_attn.v_proj.weight", {kv, c.hidden}}, {"self_attn.o_proj.weight", {c.hidden, q}},
      {"mlp.gate_proj.weight", {c.mlp, c.hidden}}, {"mlp.up_proj.weight", {c.mlp, c.hidden}},
      {"mlp.down_proj.weight", {c.hidden, c.mlp}}};
  if (c.qkv_bias) {
    weights.push_back({"self_attn.q_proj.bias", {q}});
    weights.push_back({"self_attn.k_proj.bias", {kv}});
    weights.push_back({"self_attn.v_proj.bias", {kv}});
  }
  return weights;
}

absl::Status CheckRange(std::string_view field, std::int64_t value, std::int64_t max) {
  if (value >= 1 && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("model configuration: ", field, " is ", value,
                                           "; it must lie between 1 and ", max, ". Is the file damaged?"));
}

absl::Status CheckExtents(const ModelConfig& c) {
  const std::pair<std::string_view, std::int64_t> extents[] = {
      {"the hidden size", c.hidden},
      {"the number of heads", c.heads},
      {"the head dimension", c.head_dim},
      {"the number of key-value heads", c.kv_heads},
      {"the MLP size", c.mlp},
      {"the vocabulary", c.vocab},
      {"the context length", c.context},
  };
  for (const auto& [field, value] : extents) {
    if (auto status = CheckRange(field, value, kMaxExtent); !status.ok()) return status;
  }
  return CheckRange("the number of layers", c.layers, kMaxLayers);
}

absl::Status CheckPositive(std::string_view field, double value) {
  if (std::isfinite(value) && value > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("model configuration: ", field, " is ", value, "; it must be a positive number"));
}

absl::Status CheckRopeScaling(const RopeScaling& s) {
  if (auto status = CheckPositive("the RoPE scaling factor", s.factor); !status.ok()) return status;
  if (auto status = CheckPositive("low_freq_factor of RoPE", s.low_freq_factor); !status.ok()) return status;
  if (!(std::isfinite(s.high_freq_factor) && s.high_freq_factor > s.low_freq_factor)) {
    return absl::InvalidArgumentError(StrCat("model configuration: high_freq_factor of RoPE is ",
                                             s.high_freq_factor, "; it must be above low_freq_factor, ",
                                             s.low_freq_factor));
  }
  return CheckRange("the original context of RoPE scaling", s.original_context, kMaxExtent);
}

absl::Status CheckRope(const ModelConfig& c) {
  if (auto status = CheckPositive("the RoPE base", c.rope_base); !status.ok()) return status;
  if (c.rope_scaling) {
    if (auto status = CheckRopeScaling(*c.rope_scaling); !status.ok()) return status;
  }
  const auto factors = static_cast<std::int64_t>(c.rope_factors.size());
  if (factors != 0 && factors != c.head_dim / 2) {
    return absl::InvalidArgumentError(StrCat("rope_freqs.weight has ", factors,
                                             " values; half the head dimension, ", c.head_dim / 2,
                                             ", was expected"));
  }
  for (const float factor : c.rope_factors) {
    if (auto status = CheckPositive("a value of rope_freqs.weight", factor); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string ShapeText(const std::vector<std::int64_t>& shape) {
  return StrCat("[", absl::StrJoin(shape, ", "), "]");
}

absl::Status CheckWeight(const Weight& weight, const ShapeOf& shape_of) {
  const auto shape = shape_of(weight.name);
  if (!shape) {
    return absl::InvalidArgumentError(StrCat("weight '", weight.name,
                                             "' is missing; the header calls for it with shape ",
                                             ShapeText(weight.shape), ". Is this the whole model?"));
  }
  if (*shape == weight.shape) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("weight '", weight.name, "' has shape ", ShapeText(*shape),
                                           ", but the header calls for ", ShapeText(weight.shape)));
}

}  // namespace

absl::Status CheckConfig(const ModelConfig& c) {
  if (auto status = CheckExtents(c); !status.ok()) return status;
  if (c.heads % c.kv_heads != 0) {
    return absl::InvalidArgumentError(StrCat("model configuration: ", c.heads, " query heads cannot share ",
                                             c.kv_heads, " key-value heads evenly"));
  }
  if (c.head_dim % 2 != 0) {
    return absl::InvalidArgumentError(
        StrCat("model configuration: the head dimension is ", c.head_dim, "; RoPE needs an even one"));
  }
  if (auto status = CheckPositive("the epsilon of RMSNorm", c.rms_eps); !status.ok()) return status;
  return CheckRope(c);
}

absl::Status CheckWeights(const ModelConfig& config, const ShapeOf& shape_of) {
  for (const Weight& weight : OuterWeights(config)) {
    if (auto status = CheckWeight(weight, shape_of); !status.ok()) return status;
  }
  std::vector<Weight> weights = LayerWeights(config);
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    for (const Weight& weight : weights) {
      const Weight full = {StrCat(kLayerPrefix, layer, ".", weight.name), weight.shape};
      if (auto status = CheckWeight(full, shape_of); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

bool IsWeightOf(const ModelConfig& config, std::string_view name) {
  for (const Weight& weight : OuterWeights(config)) {
    if (weight.name == name) return true;
  }
  if (!name.starts_with(kLayerPrefix)) return false;
  name.remove_prefix(kLayerPrefix.size());
  const std::size_t dot = std::min(name.find('.'), name.size());
  std::int64_t layer = -1;
  std::from_chars(name.data(), name.data() + dot, layer);
  if (layer < 0 || layer >= config.layers || !name.starts_with(StrCat(layer, ".")))
    return false;  // "01." is no layer
  name.remove_prefix(dot + 1);
  for (const Weight& weight : LayerWeights(config)) {
    if (weight.name == name) return true;
  }
  return false;
}

}  // namespace rad
