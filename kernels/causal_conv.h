// causal_conv.h: causal depthwise convolution of width 4, out_t = bias + sum_k weight[k] * in_{t-3+k}, zeros
// before the start. One call does one sequence and a block of channels; rows of `in` and `out` may be
// strided.
#pragma once

#include <cstdint>

namespace rad::kernels {

constexpr std::int64_t kConvWidth = 4;

struct ConvBlock {
  std::int64_t tokens = 0;
  std::int64_t channels = 0;
  std::int64_t in_stride = 0;   // floats from one token of `in` to the next
  std::int64_t out_stride = 0;  // and of `out`
};

// in [tokens, channels], weight [4, channels] (tap-major), bias [channels] -> out [tokens, channels]. No
// aliasing.
void CausalConv(const ConvBlock& block, const float* in, const float* weight, const float* bias, float* out);

// grad_out is laid out as `out` was, grad_in is contiguous with out_stride. Overwrites grad_in; adds to
// grad_weight [4, channels] and grad_bias [channels], which are double because they sum over every token of a
// batch.
void CausalConvBackward(const ConvBlock& block, const float* in, const float* weight, const float* grad_out,
                        float* grad_in, double* grad_weight, double* grad_bias);

}  // namespace rad::kernels
