// ssm_head.h: one DiscreteMamba-2 head of one sequence, from its columns of the input projection to the gated
// output, in one call each way. Nothing of size t x t leaves the call and the way back keeps nothing but the
// projection: for a hundred tokens computing again is cheaper than memory. All sums are float32, products of
// decays double, formed factor after factor as in decay_scores.h. Costs t^2 (N + P) multiply-adds forward and
// t^2 (3N + 3P) back, at the processor's float32 rate.
//
// With t tokens, H heads, head dimension P, state dimension N, R = 2HP + 2HN + H:
//     projected [t, R]  columns x [H, P], B [H, N], C [H, N], z [H, P], A_log [H]; `bias` is added on reading
//     x, B, C           causal convolution of width 4, zeros before the first token
//     a                 sigmoid(-A_log), 0 where `reset`
//     y_i               sum_{j <= i} C_i.B_j a_i ... a_{j+1} x_j + D x_i
//     out_i             y_i silu(z_i + z_bias)
#pragma once

#include <cstdint>

#include "kernels/bf16.h"

namespace rad::kernels {

struct SsmHeadShape {
  std::int64_t tokens = 0, heads = 0, head_dim = 0, state_dim = 0;

  std::int64_t x_columns() const { return heads * head_dim; }
  std::int64_t channels() const { return heads * (head_dim + 2 * state_dim); }  // of the convolution: x, B, C
  std::int64_t columns() const { return channels() + x_columns() + heads; }
};

// Of all heads.
struct SsmHeadWeights {
  const float* bias = nullptr;         // [R]; null: none
  const float* conv_weight = nullptr;  // [channels, 4]
  const float* conv_bias = nullptr;    // [channels]
  const float* z_bias = nullptr;       // [H*P]; null: none
  const float* skip = nullptr;         // [H]: D
};

// Gradients of the weights, laid out as they are; a call writes those of its head.
struct SsmHeadGradients {
  float* bias = nullptr;  // null: not wanted
  float* conv_weight = nullptr;
  float* conv_bias = nullptr;
  float* z_bias = nullptr;  // null: not wanted
  float* skip = nullptr;
};

// Floats of scratch, aligned to 8 bytes, that a call of either function needs.
std::int64_t SsmHeadScratch(const SsmHeadShape& shape);

// projected [t, R] -> columns of `head` in out [t, H*P]. reset [t], or null for nowhere. T: float or Bf16.
template <typename T>
void SsmHead(const SsmHeadShape& shape, std::int64_t head, const SsmHeadWeights& weights, const T* projected,
             const bool* reset, T* out, float* scratch);

// grad_out [t, H*P] -> the head's columns of grad_projected [t, R] and its part of `gradients`.
template <typename T>
void SsmHeadBackward(const SsmHeadShape& shape, std::int64_t head, const SsmHeadWeights& weights,
                     const T* projected, const bool* reset, const T* grad_out, T* grad_projected,
                     const SsmHeadGradients& gradients, float* scratch);

}  // namespace rad::kernels
