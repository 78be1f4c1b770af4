// gguf.h: the GGUF container (versions 2 and 3, little-endian): typed metadata, then tensors.
// Everything points into the bytes parsed, which must outlive it. No meaning is given to keys or names here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "kernels/dequant.h"

namespace rad {

enum class GgufType : std::uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

// An array of scalars or strings, still packed; its extent has been checked.
struct GgufArray {
  GgufType type = GgufType::kUint8;
  std::uint64_t count = 0;
  std::span<const std::byte> packed;
};

using GgufValue = std::variant<std::uint64_t, std::int64_t, double, bool, std::string_view, GgufArray>;

// INVALID_ARGUMENT when the array holds something else.
absl::StatusOr<std::vector<std::string_view>> UnpackStrings(const GgufArray& array);
absl::StatusOr<std::vector<std::int64_t>> UnpackIntegers(const GgufArray& array);

struct GgufTensor {
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;  // outermost first
  std::span<const std::byte> data;
};

struct Gguf {
  std::uint32_t version = 0;
  std::map<std::string_view, GgufValue> metadata;
  std::map<std::string_view, GgufTensor> tensors;
};

// Checks every count, length, offset and type; memory used is linear in bytes.size(). INVALID_ARGUMENT says
// what is wrong with which field.
absl::StatusOr<Gguf> ParseGguf(std::span<const std::byte> bytes);

}  // namespace rad
