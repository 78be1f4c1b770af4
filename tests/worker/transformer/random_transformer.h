// random_transformer.h: a small teacher with random weights, for tests that need no real one.
#pragma once

#include <ATen/ATen.h>

#include "worker/model/transformer.h"

namespace rad {

inline ModelConfig SmallConfig() {
  ModelConfig config;
  config.architecture = "llama";
  config.layers = 3;
  config.hidden = 48;
  config.heads = 6;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.mlp = 80;
  config.vocab = 101;
  config.context = 256;
  config.tied_embeddings = true;
  return config;
}

// Weights large enough that every part matters to the logits; equal but for rounding whatever the dtype.
inline Transformer RandomTransformer(const ModelConfig& config, at::ScalarType dtype = at::kFloat,
                                     std::uint64_t seed = 7) {
  at::manual_seed(seed);
  const auto weight = [&](std::vector<std::int64_t> shape) {
    return at::randn(shape).mul_(1.5 / std::sqrt(static_cast<double>(shape.back()))).to(dtype);
  };
  const auto norm = [&](std::int64_t n) { return at::rand({n}).add_(0.5); };
  const std::int64_t d = config.hidden, rows = config.heads * config.head_dim,
                     kv = config.kv_heads * config.head_dim;
  Transformer model;
  model.config = config;
  model.embedding = weight({config.vocab, d}) * std::sqrt(static_cast<double>(d));
  for (int layer = 0; layer < config.layers; ++layer) {
    LayerWeights w;
    w.input_norm = norm(d);
    w.post_norm = norm(d);
    w.attention = {weight({rows, d}), weight({kv, d}), weight({kv, d}), {}, {}, {}, weight({d, rows})};
    if (config.qkv_bias) {
      w.attention.q_bias = weight({rows}) * 5;
      w.attention.k_bias = weight({kv}) * 5;
      w.attention.v_bias = weight({kv}) * 5;
    }
    w.mlp = {weight({2 * config.mlp, d}), weight({d, config.mlp})};
    model.layers.push_back(w);
  }
  model.final_norm = norm(d);
  model.lm_head = config.tied_embeddings ? model.embedding : weight({config.vocab, d});
  return model;
}

}  // namespace rad
