// answer_batch.h: probe examples of similar length as one padded batch, with the rows at which answers are
// read.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>
#include <vector>

#include "worker/ablation/head_scores.h"
#include "worker/ablation/probe.h"

namespace rad {

// All but the last id, which only tells whether the answer is right.
inline std::int64_t InputLength(const ProbeExample& example) {
  return static_cast<std::int64_t>(example.ids.size()) - 1;
}

// What E examples are to be answered. A is the longest answer; shorter ones repeat their first row to fill
// up.
struct AnswerKey {
  std::vector<int> examples;     // E indices into the list the batch was made from
  std::vector<int> answer_lens;  // E
  at::Tensor positions;          // [E, A] int64: the inputs whose logits predict the answer's tokens
  at::Tensor targets;            // [E, A] int64: those tokens
};

// They padded on the right to t tokens: padding comes after all that is read, so no mask is needed. The last
// id of an example is never an input.
struct AnswerBatch : AnswerKey {
  at::Tensor ids;  // [E, t] int64
};

// Of these examples of `all`.
AnswerKey MakeAnswerKey(std::span<const ProbeExample> all, std::vector<int> examples);

// Batches of at most max_tokens tokens (but at least one example each), made after sorting by length.
std::vector<AnswerBatch> MakeAnswerBatches(std::span<const ProbeExample> examples, std::int64_t max_tokens);

// Reads the answers off logits [copies * E * A, V], the rows ordered by (copy, example, answer token), where
// every copy is a run of the batch of its own. runs[copy] receives the entries of this batch's examples.
void ReadAnswers(const AnswerKey& key, const at::Tensor& logits, std::span<ProbeRun* const> runs);

// A run with room for `examples` results.
ProbeRun EmptyRun(std::size_t examples);

}  // namespace rad
