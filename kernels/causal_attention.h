// causal_attention.h: softmax attention of short sequences on the CPU. One call does the query heads of one
// key-value group of one sequence: out_i = sum_j softmax_j(scale q_i.k_j) v_j over the keys j that token i
// may see. Sums are float32. For t tokens and h heads it takes 2 h P t^2 multiply-adds at the processor's
// float32 rate; a sequence of a hundred tokens is too short for the GEMMs that a tiled attention is made of.
#pragma once

#include <cstdint>

#include "kernels/bf16.h"
#include "kernels/head_rows.h"

namespace rad::kernels {

struct AttentionShape {
  std::int64_t tokens = 0;
  std::int64_t heads = 0;     // query heads that read this key-value group
  std::int64_t head_dim = 0;  // P
  // Token i sees the keys first_visible[i] .. i; null: all up to its own.
  const std::int32_t* first_visible = nullptr;
  // And the first keys, up to its own, whatever first_visible says: what sequences laid end to end share.
  std::int64_t shared_keys = 0;
};

// Floats of scratch that a call needs.
std::int64_t CausalAttentionScratch(const AttentionShape& shape);

// q and out have `heads` heads, k and v one. T: float or Bf16. No aliasing.
template <typename T>
void CausalAttention(const AttentionShape& shape, HeadRows<const T> q, HeadRows<const T> k,
                     HeadRows<const T> v, float scale, HeadRows<T> out, float* scratch);

}  // namespace rad::kernels
