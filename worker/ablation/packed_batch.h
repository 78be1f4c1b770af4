// packed_batch.h: probe examples as one row of tokens: first the tokens that all of them begin with, once,
// then the rest of each, end to end. A probe's template gives its examples a common beginning, and whatever
// runs on such a row computes it once, without padding.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>
#include <vector>

#include "worker/ablation/answer_batch.h"
#include "worker/model/causal_attention.h"
#include "worker/model/transformer.h"

namespace rad {

struct PackedBatch : AnswerKey {
  at::Tensor ids;       // [1, R] int64
  Rope rope;            // of every token's place in its example
  VisibleKeys visible;  // a token sees the shared beginning and its own example
  at::Tensor rows;      // [E*A] int64: `positions` as places in the row

  std::int64_t tokens() const { return ids.numel(); }
};

// As few batches of at most max_tokens tokens (but at least one example each) as can be, then as many more as
// make their number a multiple of `parts`, where there are examples enough: as many threads end together. In
// the order of the examples.
std::vector<PackedBatch> PackExamples(const ModelConfig& config, std::span<const ProbeExample> examples,
                                      std::int64_t max_tokens, std::int64_t parts);

}  // namespace rad
