#include "kernels/dequant.h"

#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace rad {
namespace {

static_assert(std::endian::native == std::endian::little, "weight files are little-endian");

constexpr std::array<TensorLayout, 11> kLayouts = {{{"F32", 1, 4},
                                                    {"F16", 1, 2},
                                                    {"BF16", 1, 2},
                                                    {"Q4_0", 32, 18},
                                                    {"Q4_1", 32, 20},
                                                    {"Q5_0", 32, 22},
                                                    {"Q5_1", 32, 24},
                                                    {"Q8_0", 32, 34},
                                                    {"Q4_K", 256, 144},
                                                    {"Q5_K", 256, 176},
                                                    {"Q6_K", 256, 210}}};

using Bytes = const std::uint8_t*;

template <typename T>
T Load(Bytes from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

float LoadHalf(Bytes from) { return HalfToFloat(Load<std::uint16_t>(from)); }

// The formats of 32 values: d, then m where there is one, then the fifth bits, then the low bits. Value j
// sits in the low nibble of byte j, value j + 16 in the high one.
void BlockQ4_0(Bytes in, float* out) {
  const float d = LoadHalf(in);
  for (int j = 0; j < 16; ++j) {
    out[j] = d * static_cast<float>((in[2 + j] & 15) - 8);
    out[j + 16] = d * static_cast<float>((in[2 + j] >> 4) - 8);
  }
}

void BlockQ4_1(Bytes in, float* out) {
  const float d = LoadHalf(in), m = LoadHalf(in + 2);
  for (int j = 0; j < 16; ++j) {
    out[j] = d * static_cast<float>(in[4 + j] & 15) + m;
    out[j + 16] = d * static_cast<float>(in[4 + j] >> 4) + m;
  }
}

int FifthBit(std::uint32_t bits, int j) { return static_cast<int>((bits >> j) & 1) << 4; }

void BlockQ5_0(Bytes in, float* out) {
  const float d = LoadHalf(in);
  const auto high = Load<std::uint32_t>(in + 2);
  for (int j = 0; j < 16; ++j) {
    out[j] = d * static_cast<float>(((in[6 + j] & 15) | FifthBit(high, j)) - 16);
    out[j + 16] = d * static_cast<float>(((in[6 + j] >> 4) | FifthBit(high, j + 16)) - 16);
  }
}

void BlockQ5_1(Bytes in, float* out) {
  const float d = LoadHalf(in), m = LoadHalf(in + 2);
  const auto high = Load<std::uint32_t>(in + 4);
  for (int j = 0; j < 16; ++j) {
    out[j] = d * static_cast<float>((in[8 + j] & 15) | FifthBit(high, j)) + m;
    out[j + 16] = d * static_cast<float>((in[8 + j] >> 4) | FifthBit(high, j + 16)) + m;
  }
}

void BlockQ8_0(Bytes in, float* out) {
  const float d = LoadHalf(in);
  for (int j = 0; j < 32; ++j) out[j] = d * static_cast<float>(static_cast<std::int8_t>(in[2 + j]));
}

// Eight 6-bit pairs (scale, minimum) in 12 bytes: pairs 0..3 in the low bits of bytes 0..3 and 4..7; of
// pairs 4..7 the low four bits lie in bytes 8..11 and the high two in the top bits of bytes 0..7.
struct ScaleMin {
  int scale, min;
};
ScaleMin UnpackScaleMin(Bytes packed, int j) {
  if (j < 4) return {packed[j] & 63, packed[j + 4] & 63};
  return {(packed[j + 4] & 15) | (packed[j - 4] >> 6 << 4), (packed[j + 4] >> 4) | (packed[j] >> 6 << 4)};
}

// One block of 256 as four runs of 64: low nibbles are the first 32 values of a run, high nibbles the second.
void BlockQ4_K(Bytes in, float* out) {
  const float d = LoadHalf(in), m = LoadHalf(in + 2);
  Bytes scales = in + 4, low = in + 16;
  for (int half = 0; half < 8; ++half) {
    const ScaleMin s = UnpackScaleMin(scales, half);
    const float scale = d * static_cast<float>(s.scale), min = m * static_cast<float>(s.min);
    const int shift = half % 2 * 4;
    for (int j = 0; j < 32; ++j) {
      *out++ = scale * static_cast<float>((low[half / 2 * 32 + j] >> shift) & 15) - min;
    }
  }
}

void BlockQ5_K(Bytes in, float* out) {
  const float d = LoadHalf(in), m = LoadHalf(in + 2);
  Bytes scales = in + 4, high = in + 16, low = in + 48;
  for (int half = 0; half < 8; ++half) {
    const ScaleMin s = UnpackScaleMin(scales, half);
    const float scale = d * static_cast<float>(s.scale), min = m * static_cast<float>(s.min);
    const int shift = half % 2 * 4;
    for (int j = 0; j < 32; ++j) {
      const int q = ((low[half / 2 * 32 + j] >> shift) & 15) | (((high[j] >> half) & 1) << 4);
      *out++ = scale * static_cast<float>(q) - min;
    }
  }
}

// Two runs of 128 values. In a run, quarter k of 32 values takes nibble k / 2 of low bytes 32 * (k % 2) ..
// and bits 2k, 2k + 1 of the 32 high bytes; each 16 values share an 8-bit scale.
void BlockQ6_K(Bytes in, float* out) {
  const float d = LoadHalf(in + 208);
  for (int quarter = 0; quarter < 8; ++quarter) {
    const int run = quarter / 4, k = quarter % 4;
    Bytes low = in + run * 64 + k % 2 * 32, high = in + 128 + run * 32, scales = in + 192 + quarter * 2;
    for (int j = 0; j < 32; ++j) {
      const int q = (((low[j] >> (k / 2 * 4)) & 15) | (((high[j] >> (2 * k)) & 3) << 4)) - 32;
      *out++ = d * static_cast<float>(static_cast<std::int8_t>(scales[j / 16])) * static_cast<float>(q);
    }
  }
}

template <void (*kBlock)(Bytes, float*)>
void EachBlock(const TensorLayout& layout, Bytes in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); i += static_cast<std::size_t>(layout.block_values)) {
    kBlock(in, out.data() + i);
    in += layout.block_bytes;
  }
}

void FromHalf(Bytes in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = LoadHalf(in + 2 * i);
}

void FromBFloat16(Bytes in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(Load<std::uint16_t>(in + 2 * i)) << 16);
  }
}

void CheckSizes(const TensorLayout& layout, std::size_t raw_bytes, std::size_t values) {
  const auto block_values = static_cast<std::size_t>(layout.block_values);
  const auto block_bytes = static_cast<std::size_t>(layout.block_bytes);
  if (values % block_values == 0 && values / block_values * block_bytes == raw_bytes) return;
  std::fprintf(stderr, "Dequantize: %zu bytes of %s do not make %zu values\n", raw_bytes, layout.name.data(),
               values);
  std::abort();
}

}  // namespace

const TensorLayout& LayoutOf(TensorType type) { return kLayouts[static_cast<std::size_t>(type)]; }

std::optional<TensorType> TensorTypeNamed(std::string_view name) {
  for (std::size_t i = 0; i < kLayouts.size(); ++i) {
    if (kLayouts[i].name == name) return static_cast<TensorType>(i);
  }
  return std::nullopt;
}

std::string_view TensorTypeNames() {
  return "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K";
}

// Without branches, so that a loop over it vectorises: a subnormal half is an integer times 2^-24.
float HalfToFloat(std::uint16_t bits) {
  const std::uint32_t exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(static_cast<float>(mantissa) * 0x1p-24f);
  const std::uint32_t magnitude = exponent == 0 ? subnormal : (wide << 23) | (mantissa << 13);
  return std::bit_cast<float>(magnitude | (static_cast<std::uint32_t>(bits >> 15) << 31));
}

void Dequantize(TensorType type, std::span<const std::byte> raw, std::span<float> out) {
  const TensorLayout& layout = LayoutOf(type);
  CheckSizes(layout, raw.size(), out.size());
  const auto in = reinterpret_cast<Bytes>(raw.data());
  switch (type) {
    case TensorType::kF32:
      if (!out.empty()) std::memcpy(out.data(), in, raw.size());
      return;
    case TensorType::kF16:
      return FromHalf(in, out);
    case TensorType::kBF16:
      return FromBFloat16(in, out);
    case TensorType::kQ4_0:
      return EachBlock<BlockQ4_0>(layout, in, out);
    case TensorType::kQ4_1:
      return EachBlock<BlockQ4_1>(layout, in, out);
    case TensorType::kQ5_0:
      return EachBlock<BlockQ5_0>(layout, in, out);
    case TensorType::kQ5_1:
      return EachBlock<BlockQ5_1>(layout, in, out);
    case TensorType::kQ8_0:
      return EachBlock<BlockQ8_0>(layout, in, out);
    case TensorType::kQ4_K:
      return EachBlock<BlockQ4_K>(layout, in, out);
    case TensorType::kQ5_K:
      return EachBlock<BlockQ5_K>(layout, in, out);
    case TensorType::kQ6_K:
      return EachBlock<BlockQ6_K>(layout, in, out);
  }
  std::abort();
}

}  // namespace rad
