// rotary.h: the half-split rotation of rotary position embeddings as one pass over memory.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// Rotates pairs (i, i + P/2) of x [b, heads, t, P] by the angles whose cos and sin are [t, P/2], float32. The
// last dimension of x must be dense; the result has the layout of x. Differentiable once.
at::Tensor RotateHalves(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

// The same in place, for a tensor that nobody else reads and that needs no gradient.
void RotateHalvesInPlace(at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

}  // namespace rad
