#include "worker/ablation/score_flops.h"

#include <set>

#include "worker/ablation/score_heads.h"

namespace rad {
namespace {

// FLOPs a token of the parts of a forward pass.
struct TokenFlops {
  double query_out, key_value, mlp, one_head, lm_head;

  explicit TokenFlops(const ModelConfig& c)
      : query_out(2.0 * c.hidden * 2 * c.heads * c.head_dim),
        key_value(2.0 * c.hidden * 2 * c.kv_heads * c.head_dim),
        mlp(2.0 * c.hidden * 3 * c.mlp),
        one_head(2.0 * c.hidden * c.head_dim),
        lm_head(2.0 * c.hidden * c.vocab) {}
  double Layer() const { return query_out + key_value + mlp; }
};

// The last layer and the logits: keys and values of all tokens, all else of the rows that are read.
double LastLayer(const TokenFlops& f, double tokens, double rows) {
  return tokens * f.key_value + rows * (f.query_out + f.mlp + f.lm_head);
}

double OneHead(const TokenFlops& f, const ModelConfig& config, int layer, double tokens, double rows) {
  const int last = static_cast<int>(config.layers) - 1;
  if (layer == last) return tokens * f.one_head + rows * (f.mlp + f.lm_head);
  return tokens * (f.one_head + f.mlp + (last - 1 - layer) * f.Layer()) + LastLayer(f, tokens, rows);
}

}  // namespace

double ScoreFlops(const ModelConfig& config, std::span<const ProbeExample> examples,
                  std::span<const HeadId> heads) {
  const TokenFlops f(config);
  std::set<int> layers;
  for (const HeadId& head : heads) layers.insert(head.layer);
  double flops = 0;
  if (heads.empty()) return 0;
  for (const PackedBatch& batch : ScoreBatches(config, examples, layers.size())) {
    const auto tokens = static_cast<double>(batch.tokens()), rows = static_cast<double>(batch.rows.numel());
    flops += tokens * *layers.rbegin() * f.Layer();
    flops += static_cast<double>(layers.size()) * tokens * (f.query_out + f.key_value);
    for (const HeadId& head : heads) flops += OneHead(f, config, head.layer, tokens, rows);
  }
  return flops;
}

}  // namespace rad
