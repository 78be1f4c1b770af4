// LoadTransformer against a file held in memory.
#include <ATen/ATen.h>

#include <cstring>
#include <map>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/transformer/random_transformer.h"
#include "worker/model/transformer.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

class MemoryModelFile : public ModelFile {
 public:
  explicit MemoryModelFile(const Transformer& model) : config_(model.config) {
    const std::int64_t mlp = config_.mlp;
    Put("model.embed_tokens.weight", model.embedding);
    Put("model.norm.weight", model.final_norm);
    if (!config_.tied_embeddings) Put("lm_head.weight", model.lm_head);
    for (int i = 0; i < config_.layers; ++i) {
      const LayerWeights& w = model.layers[i];
      const std::string layer = "model.layers." + std::to_string(i) + ".";
      Put(layer + "input_layernorm.weight", w.input_norm);
      Put(layer + "post_attention_layernorm.weight", w.post_norm);
      Put(layer + "self_attn.q_proj.weight", w.attention.q);
      Put(layer + "self_attn.k_proj.weight", w.attention.k);
      Put(layer + "self_attn.v_proj.weight", w.attention.v);
      Put(layer + "self_attn.o_proj.weight", w.attention.o);
      if (config_.qkv_bias) {
        Put(layer + "self_attn.q_proj.bias", w.attention.q_bias);
        Put(layer + "self_attn.k_proj.bias", w.attention.k_bias);
        Put(layer + "self_attn.v_proj.bias", w.attention.v_bias);
      }
      Put(layer + "mlp.gate_proj.weight", w.mlp.gate_up.narrow(0, 0, mlp));
      Put(layer + "mlp.up_proj.weight", w.mlp.gate_up.narrow(0, mlp, mlp));
      Put(layer + "mlp.down_proj.weight", w.mlp.down);
    }
  }

  void Put(const std::string& name, const at::Tensor& value) { tensors_[name] = value.contiguous(); }
  void Remove(const std::string& name) { tensors_.erase(name); }

  const ModelConfig& config() const override { return config_; }
  std::vector<std::string> TensorNames() const override { return {}; }
  bool Has(std::string_view name) const override { return tensors_.contains(std::string(name)); }
  absl::StatusOr<std::vector<std::int64_t>> Shape(std::string_view name) const override {
    const auto found = tensors_.find(std::string(name));
    if (found == tensors_.end()) return absl::NotFoundError("no tensor " + std::string(name));
    return found->second.sizes().vec();
  }
  absl::StatusOr<std::string> TypeName(std::string_view) const override { return "F32"; }
  absl::Status ReadRows(std::string_view name, std::int64_t row, std::span<float> out) const override {
    const at::Tensor& tensor = tensors_.at(std::string(name));
    const std::int64_t begin = tensor.dim() == 1 ? 0 : row * tensor.stride(0);
    if (static_cast<std::int64_t>(out.size()) > tensor.numel() - begin) return absl::InternalError("size");
    std::memcpy(out.data(), tensor.const_data_ptr<float>() + begin, out.size_bytes());
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> Digest() const override { return "00"; }

 private:
  ModelConfig config_;
  std::map<std::string, at::Tensor> tensors_;
};

ModelConfig QwenConfig() {
  ModelConfig config = SmallConfig();
  config.qkv_bias = true;
  config.tied_embeddings = false;
  return config;
}

TEST(LoadTransformer, EveryWeightComesToItsPlace) {
  for (const ModelConfig& config : {SmallConfig(), QwenConfig()}) {
    const Transformer model = RandomTransformer(config);
    const auto loaded = LoadTransformer(MemoryModelFile(model), at::kFloat);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const at::Tensor ids = at::arange(20).view({2, 10});
    EXPECT_TRUE(Logits(*loaded, HiddenStates(*loaded, ids)).equal(Logits(model, HiddenStates(model, ids))));
    EXPECT_EQ(loaded->lm_head.is_alias_of(loaded->embedding), config.tied_embeddings);
  }
}

TEST(LoadTransformer, RoundsToBfloat16) {
  const Transformer model = RandomTransformer(SmallConfig());
  const auto loaded = LoadTransformer(MemoryModelFile(model), at::kBFloat16);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->layers[2].mlp.down.equal(model.layers[2].mlp.down.to(at::kBFloat16)));
}

TEST(LoadTransformer, MissingTensorIsNamed) {
  MemoryModelFile file(RandomTransformer(SmallConfig()));
  file.Remove("model.layers.1.mlp.up_proj.weight");
  const auto loaded = LoadTransformer(file, at::kFloat);
  EXPECT_THAT(loaded.status().message(), HasSubstr("model.layers.1.mlp.up_proj.weight"));
}

TEST(LoadTransformer, WrongShapeIsNamedWithBothShapes) {
  MemoryModelFile file(RandomTransformer(SmallConfig()));
  file.Put("model.layers.0.self_attn.k_proj.weight", at::zeros({15, 48}));
  const auto status = LoadTransformer(file, at::kFloat).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("model.layers.0.self_attn.k_proj.weight"));
  EXPECT_THAT(status.message(), HasSubstr("[15, 48]"));
  EXPECT_THAT(status.message(), HasSubstr("[16, 48]"));
}

}  // namespace
}  // namespace rad
