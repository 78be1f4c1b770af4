// random_values.h: values for the vector kernels, as float or bfloat16, and what they are as double.
#pragma once

#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/bf16.h"

namespace rad::kernels {

inline double Value(float x) { return x; }
inline double Value(Bf16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16); }

inline void Set(float& to, float x) { to = x; }
inline void Set(Bf16& to, float x) {  // cut off, not rounded: any bfloat16 will do
  to.bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
}

template <typename T>
std::vector<T> RandomValues(std::int64_t count, std::uint32_t seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, scale);
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) Set(value, normal(random));
  return values;
}

// How far a result may be from the exact one: rounding to T, and a few float32 operations before.
inline double Tolerance(float, double exact) { return 2e-6 * (1 + std::abs(exact)); }
inline double Tolerance(Bf16, double exact) { return 4e-3 * std::abs(exact) + 1e-5; }

}  // namespace rad::kernels
