// causal_attention.h: every head's attention output where no gradient is wanted.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// q [b, H, t, P], k and v [b, G, t, P] with dense last dimensions, float32 or bfloat16; document as in
// HeadOutputs. Returns [b, t, H*P]. Sums are float32.
at::Tensor CausalAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const at::Tensor& document);

}  // namespace rad
