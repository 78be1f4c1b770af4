// memory_file.h: a teacher in memory behind the interface of a file.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "worker/model/model_file.h"
#include "worker/model/transformer.h"

namespace rad {

class MemoryFile : public ModelFile {
 public:
  MemoryFile(const Transformer& model, std::string digest)
      : config_(model.config), digest_(std::move(digest)) {
    Put("model.embed_tokens.weight", model.embedding);
    Put("model.norm.weight", model.final_norm);
    if (!config_.tied_embeddings) Put("lm_head.weight", model.lm_head);
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
      const std::string prefix = "model.layers." + std::to_string(l) + ".";
      const LayerWeights& w = model.layers[l];
      Put(prefix + "input_layernorm.weight", w.input_norm);
      Put(prefix + "post_attention_layernorm.weight", w.post_norm);
      Put(prefix + "mlp.gate_proj.weight", w.mlp.gate_up.slice(0, 0, config_.mlp));
      Put(prefix + "mlp.up_proj.weight", w.mlp.gate_up.slice(0, config_.mlp));
      Put(prefix + "mlp.down_proj.weight", w.mlp.down);
      Put(prefix + "self_attn.q_proj.weight", w.attention.q);
    }
  }

  const ModelConfig& config() const override { return config_; }
  std::vector<std::string> TensorNames() const override {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors_) names.push_back(name);
    return names;
  }
  bool Has(std::string_view name) const override { return tensors_.contains(name); }
  absl::StatusOr<std::vector<std::int64_t>> Shape(std::string_view name) const override {
    return tensors_.find(name)->second.sizes().vec();
  }
  absl::StatusOr<std::string> TypeName(std::string_view) const override { return "F32"; }
  absl::Status ReadRows(std::string_view name, std::int64_t row, std::span<float> out) const override {
    const at::Tensor& tensor = tensors_.find(name)->second;
    std::memcpy(out.data(), tensor.const_data_ptr<float>() + row * tensor.stride(0), out.size_bytes());
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> Digest() const override { return digest_; }

 private:
  void Put(const std::string& name, const at::Tensor& t) { tensors_[name] = t.contiguous(); }

  const ModelConfig config_;
  const std::string digest_;
  std::map<std::string, at::Tensor, std::less<>> tensors_;
};

}  // namespace rad
