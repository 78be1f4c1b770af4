// causal_attention.h: every head's attention output where no gradient is wanted.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace rad {

// Which keys a row of t tokens sees: from first[i] on, and the first `shared`, both up to its own, i. For
// several sequences laid end to end behind the beginning that they share.
struct VisibleKeys {
  std::vector<std::int32_t> first;  // t
  std::int64_t shared = 0;
};

// q [b, H, t, P], k and v [b, G, t, P] with dense last dimensions, float32 or bfloat16; document as in
// HeadOutputs. Returns [b, t, H*P]. Sums are float32.
at::Tensor CausalAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const at::Tensor& document);
// The same for all b, whose rows see what `visible` says.
at::Tensor CausalAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const VisibleKeys& visible);

}  // namespace rad
