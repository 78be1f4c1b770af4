// ssm_heads.h: all SSM heads of a layer, from the input projection to their gated outputs, as one
// differentiable operation (kernels/ssm_head.h does it).
#pragma once

#include <ATen/ATen.h>

#include "worker/model/mamba2_mixer.h"

namespace rad {

// Longer sequences go from chunk to chunk through the state (ssd.h): this operation takes time and scratch
// for every pair of tokens.
inline constexpr std::int64_t kMaxSsmHeadsTokens = 256;

// projected [b, t, rows of in_proj], float32 or bfloat16, without in_proj_bias, which is added here; t at
// most kMaxSsmHeadsTokens -> [b, t, H*P] in that dtype. reset as in SsdInput. Differentiable once; keeps
// `projected` alone for that.
at::Tensor SsmHeads(const Mamba2Weights& w, const at::Tensor& projected, const at::Tensor& reset);

}  // namespace rad
