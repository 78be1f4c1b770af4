#include "kernels/silu_mul.h"

#include "kernels/lanes.h"

namespace rad::kernels {
namespace {

RAD_INLINE Lanes Sigmoid(const Lanes& x) { return 1 / (1 + Exp(-x)); }

template <typename T>
RAD_MULTIVERSION void Forward(std::int64_t rows, std::int64_t m, const T* gate_up, T* y) {
  for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * m, y += m) {
    ForLanes(
        m, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          const Lanes gate = LoadUpTo(gate_up + i, count), up = LoadUpTo(gate_up + m + i, count);
          StoreUpTo(y + i, gate * Sigmoid(gate) * up, count);
        });
  }
}

template <typename T>
RAD_MULTIVERSION void Backward(std::int64_t rows, std::int64_t m, const T* gate_up, const T* dy,
                               T* d_gate_up) {
  for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * m, dy += m, d_gate_up += 2 * m) {
    ForLanes(
        m, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          const Lanes gate = LoadUpTo(gate_up + i, count), up = LoadUpTo(gate_up + m + i, count);
          const Lanes grad = LoadUpTo(dy + i, count), s = Sigmoid(gate);
          StoreUpTo(d_gate_up + i, grad * up * s * (1 + gate * (1 - s)), count);
          StoreUpTo(d_gate_up + m + i, grad * gate * s, count);
        });
  }
}

}  // namespace

template <typename T>
void SiluMul(std::int64_t rows, std::int64_t m, const T* gate_up, T* y) {
  Forward(rows, m, gate_up, y);
}

template <typename T>
void SiluMulBackward(std::int64_t rows, std::int64_t m, const T* gate_up, const T* dy, T* d_gate_up) {
  Backward(rows, m, gate_up, dy, d_gate_up);
}

template void SiluMul(std::int64_t, std::int64_t, const float*, float*);
template void SiluMul(std::int64_t, std::int64_t, const Bf16*, Bf16*);
template void SiluMulBackward(std::int64_t, std::int64_t, const float*, const float*, float*);
template void SiluMulBackward(std::int64_t, std::int64_t, const Bf16*, const Bf16*, Bf16*);

}  // namespace rad::kernels
