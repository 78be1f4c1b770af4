#include "kernels/rotate_halves.h"

#include "kernels/lanes.h"

namespace rad::kernels {
namespace {

template <typename T>
RAD_MULTIVERSION void Rotate(std::int64_t tokens, std::int64_t heads, std::int64_t half, HeadRows<const T> x,
                             const float* cos, const float* sin, float sign, HeadRows<T> out) {
  for (std::int64_t token = 0; token < tokens; ++token, cos += half, sin += half) {
    for (std::int64_t head = 0; head < heads; ++head) {
      const T* from = x.data + token * x.token_stride + head * x.head_stride;
      T* to = out.data + token * out.token_stride + head * out.head_stride;
      ForLanes(
          half, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
            const Lanes a = LoadUpTo(from + i, count), b = LoadUpTo(from + half + i, count);
            const Lanes c = LoadUpTo(cos + i, count), s = LoadUpTo(sin + i, count) * sign;
            StoreUpTo(to + i, a * c - b * s, count);
            StoreUpTo(to + half + i, b * c + a * s, count);
          });
    }
  }
}

}  // namespace

template <typename T>
void RotateHalves(std::int64_t tokens, std::int64_t heads, std::int64_t half, HeadRows<const T> x,
                  const float* cos, const float* sin, float sign, HeadRows<T> out) {
  Rotate(tokens, heads, half, x, cos, sin, sign, out);
}

template void RotateHalves(std::int64_t, std::int64_t, std::int64_t, HeadRows<const float>, const float*,
                           const float*, float, HeadRows<float>);
template void RotateHalves(std::int64_t, std::int64_t, std::int64_t, HeadRows<const Bf16>, const float*,
                           const float*, float, HeadRows<Bf16>);

}  // namespace rad::kernels
