// dequant.h: the number formats that weight files use, and how their bytes become float32.
// Quantised formats pack a fixed count of values, a block, into a fixed count of bytes: small integers with a
// shared scale d (and minimum m); the K formats add a second level of 6- or 8-bit scales inside a block of
// 256. Results are exact: at most the last operation rounds, and subnormals are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rad {

enum class TensorType : std::uint8_t {
  kF32,
  kF16,
  kBF16,
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ4_K,
  kQ5_K,
  kQ6_K
};

struct TensorLayout {
  std::string_view name;  // "Q4_1"
  std::int64_t block_values = 0;
  std::int64_t block_bytes = 0;
};

const TensorLayout& LayoutOf(TensorType type);
// By the name in TensorLayout; nullopt for any other.
std::optional<TensorType> TensorTypeNamed(std::string_view name);
// "F32, F16, ...", for messages.
std::string_view TensorTypeNames();

float HalfToFloat(std::uint16_t bits);

// raw holds whole blocks, unaligned; out.size() is their number times block_values. Aborts when the sizes
// disagree. raw and out must not overlap. Any thread.
void Dequantize(TensorType type, std::span<const std::byte> raw, std::span<float> out);

}  // namespace rad
