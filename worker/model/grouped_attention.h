// grouped_attention.h: attention of a few queries over keys that groups of heads share, without copying the
// keys.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// q [b, H, n, P]; k and v [b, G, t, P], G divides H; visible [b or 1, 1, n, t], true where a query sees a
// key. Returns the heads' outputs [b, n, H*P], head-major.
at::Tensor GroupedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& visible);

}  // namespace rad
