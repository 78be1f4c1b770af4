#include "tests/worker/model_files/tiny_model.h"

#include <cstdlib>
#include <fstream>

#include "worker/model/safetensors_writer.h"

namespace rad {
namespace {

constexpr std::uint64_t kHidden = 8, kQueries = 8, kKeys = 4, kMlp = 6, kTokens = 10;
constexpr int kLayers = 2;

TinyWeight Weight(std::vector<std::uint64_t> shape, int layer) {
  TinyWeight weight{std::move(shape), {}};
  const std::uint64_t columns = weight.shape.size() == 2 ? weight.shape[1] : 1;
  for (std::uint64_t row = 0; row < weight.shape[0]; ++row) {
    for (std::uint64_t column = 0; column < columns; ++column) {
      weight.values.push_back(static_cast<float>(100 * row + column) + (layer == 1 ? 0.5f : 0.0f));
    }
  }
  return weight;
}

// What a weight is called in the two formats; names of layers without their prefix and without ".weight".
struct Names {
  std::string gguf, hugging_face;
  std::vector<std::uint64_t> shape;
};
const std::vector<Names>& LayerNames() {
  static const auto* names = new std::vector<Names>{
      {"attn_norm", "input_layernorm", {kHidden}},
      {"ffn_norm", "post_attention_layernorm", {kHidden}},
      {"attn_q", "self_attn.q_proj", {kQueries, kHidden}},
      {"attn_k", "self_attn.k_proj", {kKeys, kHidden}},
      {"attn_v", "self_attn.v_proj", {kKeys, kHidden}},
      {"attn_output", "self_attn.o_proj", {kHidden, kQueries}},
      {"ffn_gate", "mlp.gate_proj", {kMlp, kHidden}},
      {"ffn_up", "mlp.up_proj", {kMlp, kHidden}},
      {"ffn_down", "mlp.down_proj", {kHidden, kMlp}},
  };
  return *names;
}

bool IsQkv(const std::string& gguf_name) {
  return gguf_name == "attn_q" || gguf_name == "attn_k" || gguf_name == "attn_v";
}

std::map<std::string, TinyWeight> Weights(bool bias, const std::string& layer_prefix,
                                          std::string Names::*name) {
  std::map<std::string, TinyWeight> weights;
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::string prefix = layer_prefix + std::to_string(layer) + ".";
    for (const Names& names : LayerNames()) {
      weights[prefix + names.*name + ".weight"] = Weight(names.shape, layer);
      if (bias && IsQkv(names.gguf))
        weights[prefix + names.*name + ".bias"] = Weight({names.shape[0]}, layer);
    }
  }
  return weights;
}

}  // namespace

std::map<std::string, TinyWeight> TinyGgufWeights(bool bias, bool tied) {
  auto weights = Weights(bias, "blk.", &Names::gguf);
  weights["token_embd.weight"] = Weight({kTokens, kHidden}, 0);
  weights["output_norm.weight"] = Weight({kHidden}, 0);
  if (!tied) weights["output.weight"] = Weight({kTokens, kHidden}, 1);
  return weights;
}

std::map<std::string, TinyWeight> TinyHuggingFaceWeights(bool bias, bool tied) {
  auto weights = Weights(bias, "model.layers.", &Names::hugging_face);
  weights["model.embed_tokens.weight"] = Weight({kTokens, kHidden}, 0);
  weights["model.norm.weight"] = Weight({kHidden}, 0);
  if (!tied) weights["lm_head.weight"] = Weight({kTokens, kHidden}, 1);
  return weights;
}

GgufBuilder TinyGguf(const std::string& architecture) {
  GgufBuilder builder;
  const std::string p = architecture + ".";
  builder.Text("general.architecture", architecture)
      .Uint(p + "block_count", kLayers)
      .Uint(p + "embedding_length", kHidden)
      .Uint(p + "feed_forward_length", kMlp)
      .Uint(p + "context_length", 64)
      .Uint(p + "attention.head_count", 2)
      .Uint(p + "attention.head_count_kv", 1)
      .Float(p + "attention.layer_norm_rms_epsilon", 1e-6f)
      .Float(p + "rope.freq_base", 1000000.0f);
  const bool qwen2 = architecture == "qwen2";
  for (const auto& [name, weight] : TinyGgufWeights(qwen2, qwen2))
    builder.Floats(name, weight.shape, weight.values);
  return builder;
}

nlohmann::json TinyConfigJson(const std::string& model_type) {
  return {{"model_type", model_type},      {"num_hidden_layers", kLayers},
          {"hidden_size", kHidden},        {"intermediate_size", kMlp},
          {"num_attention_heads", 2},      {"num_key_value_heads", 1},
          {"max_position_embeddings", 64}, {"rms_norm_eps", 1e-6},
          {"rope_theta", 500000.0},        {"vocab_size", kTokens},
          {"hidden_act", "silu"},          {"tie_word_embeddings", model_type == "qwen2"}};
}

void WriteText(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void WriteWeights(const std::filesystem::path& path, const std::map<std::string, TinyWeight>& weights) {
  std::vector<TensorView> views;
  for (const auto& [name, weight] : weights) {
    views.push_back({name,
                     DType::kF32,
                     {weight.shape.begin(), weight.shape.end()},
                     std::as_bytes(std::span(weight.values))});
  }
  if (!WriteSafetensors(path, views, {}).ok()) std::abort();
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "rad-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

}  // namespace rad
