#include "kernels/rms_norm.h"

#include <cmath>

#include "kernels/lanes.h"

namespace rad::kernels {
namespace {

template <typename T>
RAD_MULTIVERSION void Forward(std::int64_t rows, std::int64_t d, const float* x, const float* weight,
                              float eps, T* y, float* inverse_rms) {
  for (std::int64_t row = 0; row < rows; ++row, x += d, y += d) {
    Lanes squares{};
    ForLanes(
        d, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          const Lanes a = LoadUpTo(x + i, count);
          squares += a * a;
        });
    const float r = 1 / std::sqrt(Sum(squares) / static_cast<float>(d) + eps);
    ForLanes(
        d, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          StoreUpTo(y + i, LoadUpTo(x + i, count) * r * LoadUpTo(weight + i, count), count);
        });
    if (inverse_rms != nullptr) inverse_rms[row] = r;
  }
}

template <typename T>
RAD_MULTIVERSION void Backward(std::int64_t rows, std::int64_t d, const float* x, const float* weight,
                               const float* inverse_rms, const T* dy, float* dx) {
  for (std::int64_t row = 0; row < rows; ++row, x += d, dy += d, dx += d) {
    const float r = inverse_rms[row];
    Lanes dots{};
    ForLanes(
        d, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          dots += LoadUpTo(x + i, count) * LoadUpTo(weight + i, count) * LoadUpTo(dy + i, count);
        });
    const float back = r * r * r * Sum(dots) / static_cast<float>(d);
    ForLanes(
        d, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          const Lanes through = LoadUpTo(weight + i, count) * LoadUpTo(dy + i, count) * r;
          StoreUpTo(dx + i, through - LoadUpTo(x + i, count) * back, count);
        });
  }
}

}  // namespace

template <typename T>
void RmsNorm(std::int64_t rows, std::int64_t d, const float* x, const float* weight, float eps, T* y,
             float* inverse_rms) {
  Forward(rows, d, x, weight, eps, y, inverse_rms);
}

template <typename T>
void RmsNormBackward(std::int64_t rows, std::int64_t d, const float* x, const float* weight,
                     const float* inverse_rms, const T* dy, float* dx) {
  Backward(rows, d, x, weight, inverse_rms, dy, dx);
}

template void RmsNorm(std::int64_t, std::int64_t, const float*, const float*, float, float*, float*);
template void RmsNorm(std::int64_t, std::int64_t, const float*, const float*, float, Bf16*, float*);
template void RmsNormBackward(std::int64_t, std::int64_t, const float*, const float*, const float*,
                              const float*, float*);
template void RmsNormBackward(std::int64_t, std::int64_t, const float*, const float*, const float*,
                              const Bf16*, float*);

}  // namespace rad::kernels
