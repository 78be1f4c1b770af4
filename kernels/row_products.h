// row_products.h: products of small matrices, a few rows at a time, and their rows in and out: what
// ssm_head.cc and the scores of causal_attention.cc are made of. Rows are padded to whole lanes; `t` tokens
// and `width` columns count the padding. Inlined into the instruction set of the function that calls them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/lanes.h"

namespace rad::kernels {

constexpr std::int64_t kRows = 4;  // tokens at a time: each row loaded serves them all

constexpr std::int64_t Padded(std::int64_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

template <typename Body>
RAD_INLINE void ForWidth(std::int64_t width, const Body& body) {
  for (std::int64_t i = 0; i < width; i += kLanes) body(i);
}

// rows [t, count] with a stride -> [padded t, width], plus `bias`, zeros as padding.
template <typename T>
RAD_INLINE void LoadColumns(std::int64_t tokens, const T* from, std::int64_t stride, std::int64_t count,
                            const float* bias, std::int64_t t, std::int64_t width, float* to) {
  for (std::int64_t i = 0; i < t; ++i) {
    ForWidth(
        width, [&](std::int64_t c) __attribute__((always_inline)) {
          const std::int64_t here = i < tokens ? std::min(kLanes, count - c) : 0;
          Lanes value = LoadUpTo(from + (i < tokens ? i : 0) * stride + c, here);
          if (bias != nullptr) value += LoadUpTo(bias + c, here);
          Store(to + i * width + c, value);
        });
  }
}

// [t, width] -> the first `count` columns of [tokens, ...] with a stride.
template <typename T>
RAD_INLINE void StoreColumns(std::int64_t tokens, const float* from, std::int64_t width, std::int64_t count,
                             std::int64_t stride, T* to) {
  for (std::int64_t i = 0; i < tokens; ++i) {
    ForWidth(
        width, [&](std::int64_t c) __attribute__((always_inline)) {
          StoreUpTo(to + i * stride + c, Load(from + i * width + c), std::min(kLanes, count - c));
        });
  }
}

RAD_INLINE void Transpose(const float* from, std::int64_t t, std::int64_t width, float* to) {
  for (std::int64_t i = 0; i < t; ++i) {
    for (std::int64_t c = 0; c < width; ++c) to[c * t + i] = from[i * width + c];
  }
}

// to[r][j] = sum_k from[r][k] transposed[k][j] for j < end, whole lanes.
RAD_INLINE void Products(const float* from, std::int64_t width, std::int64_t count, const float* transposed,
                         std::int64_t t, std::int64_t end, float* to) {
  for (std::int64_t j = 0; j < end; j += 2 * kLanes) {
    const bool pair = j + kLanes < end;
    Lanes sums[kRows][2] = {};
    for (std::int64_t k = 0; k < count; ++k) {
      const float* column = transposed + k * t + j;
      const Lanes first = Load(column), second = pair ? Load(column + kLanes) : Lanes{};
      for (std::int64_t r = 0; r < kRows; ++r) {
        const Lanes factor = Splat(from[r * width + k]);
        sums[r][0] += factor * first;
        sums[r][1] += factor * second;
      }
    }
    for (std::int64_t r = 0; r < kRows; ++r) {
      Store(to + r * t + j, sums[r][0]);
      if (pair) Store(to + r * t + j + kLanes, sums[r][1]);
    }
  }
}

// to[r] = sum_{j < end} weights[r][j] rows[j], 4 lanes of the width at a time.
RAD_INLINE void Mix(const float* weights, std::int64_t t, std::int64_t end, const float* rows,
                    std::int64_t width, float* to) {
  for (std::int64_t p = 0; p < width; p += 4 * kLanes) {
    const std::int64_t columns = std::min<std::int64_t>(4, (width - p) / kLanes);
    Lanes sums[kRows][4] = {};
    for (std::int64_t j = 0; j < end; ++j) {
      Lanes row[4];
      for (std::int64_t c = 0; c < 4; ++c)
        row[c] = c < columns ? Load(rows + j * width + p + c * kLanes) : Lanes{};
      for (std::int64_t r = 0; r < kRows; ++r) {
        const Lanes weight = Splat(weights[r * t + j]);
        for (std::int64_t c = 0; c < 4; ++c) sums[r][c] += weight * row[c];
      }
    }
    for (std::int64_t r = 0; r < kRows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) Store(to + r * width + p + c * kLanes, sums[r][c]);
    }
  }
}

// to[j] += sum_r weights[r][j] rows[r] for j < end.
RAD_INLINE void AddOuter(const float* weights, std::int64_t t, std::int64_t end, const float* rows,
                         std::int64_t width, float* to) {
  for (std::int64_t p = 0; p < width; p += kLanes) {
    Lanes row[kRows];
    for (std::int64_t r = 0; r < kRows; ++r) row[r] = Load(rows + r * width + p);
    for (std::int64_t j = 0; j < end; ++j) {
      Lanes sum = Load(to + j * width + p);
      for (std::int64_t r = 0; r < kRows; ++r) sum += Splat(weights[r * t + j]) * row[r];
      Store(to + j * width + p, sum);
    }
  }
}

// Sums over tokens of [t, width], into `count` numbers.
RAD_INLINE void SumTokens(const float* rows, std::int64_t tokens, std::int64_t width, std::int64_t count,
                          float* to) {
  ForWidth(
      width, [&](std::int64_t c) __attribute__((always_inline)) {
        Lanes sum{};
        for (std::int64_t i = 0; i < tokens; ++i) sum += Load(rows + i * width + c);
        StoreUpTo(to + c, sum, std::min(kLanes, count - c));
      });
}

}  // namespace rad::kernels
