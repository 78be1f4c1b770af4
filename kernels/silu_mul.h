// silu_mul.h: the gate of a gated MLP, y = silu(gate) * up with silu(g) = g / (1 + e^-g), in one pass each
// way.
#pragma once

#include <cstdint>

#include "kernels/bf16.h"

namespace rad::kernels {

// gate_up [rows, 2m]: m of the gate, then m of up -> y [rows, m]. T: float or Bf16. No aliasing.
template <typename T>
void SiluMul(std::int64_t rows, std::int64_t m, const T* gate_up, T* y);

// dy [rows, m] -> d_gate_up [rows, 2m].
template <typename T>
void SiluMulBackward(std::int64_t rows, std::int64_t m, const T* gate_up, const T* dy, T* d_gate_up);

}  // namespace rad::kernels
