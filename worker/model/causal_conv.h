// causal_conv.h: the mixer's short convolution as a differentiable LibTorch operation (kernels/causal_conv.h
// does it).
#pragma once

#include <ATen/ATen.h>

namespace rad {

// in [b, t, c] (any token stride), weight [c, 4], bias [c], all float32 -> [b, t, c]; zeros before the first
// token. Differentiable. It runs across document boundaries, as in the authors' layer.
at::Tensor CausalConv(const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace rad
