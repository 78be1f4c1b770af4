// rotate_halves.h: rotary position embedding, half-split: the pairs (i, i + P/2) of every head's row are
// turned by their token's angles.
#pragma once

#include <cstdint>

#include "kernels/bf16.h"
#include "kernels/head_rows.h"

namespace rad::kernels {

// cos, sin [tokens, P/2]; sign -1 turns back, which is also the gradient's way. T: float or Bf16. out may be
// x.
template <typename T>
void RotateHalves(std::int64_t tokens, std::int64_t heads, std::int64_t half, HeadRows<const T> x,
                  const float* cos, const float* sin, float sign, HeadRows<T> out);

}  // namespace rad::kernels
