// rms_norm.h: y = x / sqrt(mean(x^2) + eps) * weight, row by row, in one pass over memory each way.
#pragma once

#include <cstdint>

#include "kernels/bf16.h"

namespace rad::kernels {

// x [rows, d], weight [d] -> y [rows, d]; inverse_rms [rows], when not null, receives 1 / sqrt(...) for the
// gradient. T: float or Bf16. y may not overlap x.
template <typename T>
void RmsNorm(std::int64_t rows, std::int64_t d, const float* x, const float* weight, float eps, T* y,
             float* inverse_rms);

// dx = r (w dy) - x r^3 / d sum(x w dy), with r the row's inverse_rms.
template <typename T>
void RmsNormBackward(std::int64_t rows, std::int64_t d, const float* x, const float* weight,
                     const float* inverse_rms, const T* dy, float* dx);

}  // namespace rad::kernels
