// ssd_scan.h: the plain recurrence of DiscreteMamba-2's scan, forward and backward, one token after the
// other: the reference that every faster form is checked against.
//     S_t = a_t S_{t-1} + B_t x_t^T     y_t = C_t^T S_t + D x_t     a_t = exp(log_a_t), 0 where reset_t is 1
#pragma once

#include <cstdint>

namespace rad::kernels {

// Row-major: x, y [b, l, h, P]; B, C [b, l, h, N]; log_a [b, l, h]; D [h]; reset [b, l]; states [b, h, N, P].
struct SsdShape {
  std::int64_t b = 0, l = 0, h = 0, P = 0, N = 0;
};

template <typename T>
struct SsdArguments {
  const T *x, *B, *C, *log_a, *D;
  const std::uint8_t* reset = nullptr;  // null: no resets
  const T* init_state = nullptr;        // null: zero
};

// Writes y and final_state, which alias no input.
template <typename T>
void SsdScan(const SsdShape& shape, const SsdArguments<T>& in, T* y, T* final_state);

// Each is overwritten and has the shape of what it is the gradient of; init_state may be null.
template <typename T>
struct SsdGradients {
  T *x, *B, *C, *log_a, *D;
  T* init_state = nullptr;
};

// Gradients of sum(y * dy) + sum(final_state * dfinal); dfinal may be null for 0. Keeps all l states of one
// head at a time: l * N * P numbers.
template <typename T>
void SsdScanBackward(const SsdShape& shape, const SsdArguments<T>& in, const T* dy, const T* dfinal,
                     const SsdGradients<T>& grads);

}  // namespace rad::kernels
