// lanes.h: sixteen floats at a time, for loops that the compiler would not turn into vector code by itself.
// A function marked RAD_MULTIVERSION is compiled for AVX-512, for AVX2 and for any x86-64, and the processor
// picks when the program starts; everything here is inlined into it.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/bf16.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define RAD_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RAD_MULTIVERSION
#endif
#define RAD_INLINE inline __attribute__((always_inline))

namespace rad::kernels {

inline constexpr std::int64_t kLanes = 16;
using Lanes = float __attribute__((vector_size(64)));
using LaneBits = std::uint32_t __attribute__((vector_size(64)));
using LaneHalves = std::uint16_t __attribute__((vector_size(32)));

RAD_INLINE Lanes Splat(float value) { return Lanes{} + value; }

RAD_INLINE Lanes Load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

RAD_INLINE Lanes Load(const Bf16* from) {
  LaneHalves halves;
  std::memcpy(&halves, from, sizeof halves);
  const LaneBits bits = __builtin_convertvector(halves, LaneBits) << 16;
  return reinterpret_cast<Lanes>(bits);
}

RAD_INLINE void Store(float* to, const Lanes& lanes) { std::memcpy(to, &lanes, sizeof lanes); }

// Rounds to nearest, ties to even. Infinities stay; a NaN stays one, quiet or not.
RAD_INLINE void Store(Bf16* to, const Lanes& lanes) {
  const LaneBits bits = reinterpret_cast<LaneBits>(lanes);
  const LaneBits rounded = bits + 0x7fff + ((bits >> 16) & 1);
  const LaneBits nan = (bits & 0x7fffffff) > 0x7f800000;  // all ones where it is one
  const LaneBits chosen = ((rounded & ~nan) | ((bits | 0x400000) & nan)) >> 16;
  const LaneHalves halves = __builtin_convertvector(chosen, LaneHalves);
  std::memcpy(to, &halves, sizeof halves);
}

// The first `count` <= kLanes values, zeros after them.
template <typename T>
RAD_INLINE Lanes LoadUpTo(const T* from, std::int64_t count) {
  if (count == kLanes) return Load(from);
  T padded[kLanes] = {};
  std::memcpy(padded, from, static_cast<std::size_t>(count) * sizeof(T));
  return Load(padded);
}

template <typename T>
RAD_INLINE void StoreUpTo(T* to, const Lanes& lanes, std::int64_t count) {
  if (count == kLanes) return Store(to, lanes);
  T padded[kLanes];
  Store(padded, lanes);
  std::memcpy(to, padded, static_cast<std::size_t>(count) * sizeof(T));
}

// Calls body(first, count) for every stretch of up to kLanes of n.
template <typename Body>
RAD_INLINE void ForLanes(std::int64_t n, const Body& body) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) body(i, kLanes);
  if (i < n) body(i, n - i);
}

RAD_INLINE float Sum(const Lanes& lanes) {
  float sum = 0;
  for (std::int64_t i = 0; i < kLanes; ++i) sum += lanes[i];
  return sum;
}

RAD_INLINE Lanes Max(const Lanes& a, const Lanes& b) { return a > b ? a : b; }
RAD_INLINE Lanes Min(const Lanes& a, const Lanes& b) { return a < b ? a : b; }

// e^x to 2 units in the last place; x is clamped to [-87, 88], where the result is a normal float.
// x = k ln 2 + r with |r| <= ln 2 / 2, and a Taylor polynomial of degree 6 in r.
RAD_INLINE Lanes Exp(Lanes x) {
  x = Min(Max(x, Splat(-87)), Splat(88));
  constexpr float kRound = 12582912;  // 1.5 * 2^23: adding it rounds to a whole number, kept in the low bits
  const Lanes shifted = x * 1.44269504F + kRound;
  const Lanes k = shifted - kRound;
  const Lanes r = (x - k * 0.693359375F) + k * 2.12194440e-4F;
  Lanes p = r * (1.0F / 720) + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  p = p * r + 1.0F;
  const LaneBits power = (reinterpret_cast<LaneBits>(shifted) + 127) << 23;
  return p * reinterpret_cast<Lanes>(power);
}

}  // namespace rad::kernels
