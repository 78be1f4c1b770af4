#include "kernels/causal_conv.h"

#include <algorithm>

namespace rad::kernels {

void CausalConv(const ConvBlock& block, const float* in, const float* weight, const float* bias, float* out) {
  for (std::int64_t t = 0; t < block.tokens; ++t) {
    float* row = out + t * block.out_stride;
    std::copy(bias, bias + block.channels, row);
    for (std::int64_t k = 0; k < kConvWidth; ++k) {
      const std::int64_t from = t - (kConvWidth - 1) + k;
      if (from < 0) continue;
      const float* source = in + from * block.in_stride;
      const float* tap = weight + k * block.channels;
      for (std::int64_t c = 0; c < block.channels; ++c) row[c] += tap[c] * source[c];
    }
  }
}

void CausalConvBackward(const ConvBlock& block, const float* in, const float* weight, const float* grad_out,
                        float* grad_in, double* grad_weight, double* grad_bias) {
  for (std::int64_t t = 0; t < block.tokens; ++t) {
    const float* grad = grad_out + t * block.out_stride;
    float* own = grad_in + t * block.out_stride;
    std::fill(own, own + block.channels, 0.0f);
    for (std::int64_t c = 0; c < block.channels; ++c) grad_bias[c] += grad[c];
    for (std::int64_t k = 0; k < kConvWidth; ++k) {
      const std::int64_t from = t - (kConvWidth - 1) + k;
      if (from < 0) continue;
      const float* source = in + from * block.in_stride;
      const float* tap = weight + k * block.channels;
      float* target = grad_in + from * block.out_stride;
      double* grad_tap = grad_weight + k * block.channels;
      for (std::int64_t c = 0; c < block.channels; ++c) {
        target[c] += tap[c] * grad[c];
        grad_tap[c] += static_cast<double>(source[c]) * grad[c];
      }
    }
  }
}

}  // namespace rad::kernels
