// model_config.h: the numbers that define a Llama or Qwen2 Transformer, whatever file they came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rad {

// Llama 3's frequency-dependent stretch of RoPE (config.json "rope_scaling", type "llama3").
struct RopeScaling {
  double factor = 1;
  double low_freq_factor = 1;
  double high_freq_factor = 4;
  std::int64_t original_context = 8192;
};

struct ModelConfig {
  std::string architecture;  // "llama" or "qwen2"
  std::int64_t layers = 0;
  std::int64_t hidden = 0;
  std::int64_t heads = 0;     // query heads
  std::int64_t kv_heads = 0;  // divides heads; query head h reads group h / (heads / kv_heads)
  std::int64_t head_dim = 0;
  std::int64_t mlp = 0;
  std::int64_t vocab = 0;
  std::int64_t context = 0;
  double rms_eps = 1e-5;
  double rope_base = 10000;
  std::optional<RopeScaling> rope_scaling;
  std::vector<float>
      rope_factors;  // [head_dim/2] divisors of the frequencies (GGUF rope_freqs.weight), or empty
  bool qkv_bias = false;
  bool tied_embeddings = false;  // the output layer is the embedding
};

// One head, both indices from 0. Ordered by layer, then head.
struct HeadId {
  int layer = 0;
  int head = 0;
  friend auto operator<=>(const HeadId&, const HeadId&) = default;
};

}  // namespace rad
