// safetensors.h: the safetensors container: a JSON header with name, dtype, shape and extent of each tensor,
// then the bytes. Any dtype is carried; giving numbers a meaning is the reader's affair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/mapped_file.h"

namespace rad {

enum class DType : std::uint8_t {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kI32,
  kU32,
  kI64,
  kU64,
  kF16,
  kBF16,
  kF32,
  kF64
};

// As the format writes it: "F32", "BF16", ...
std::string_view DTypeName(DType dtype);
std::optional<DType> DTypeNamed(std::string_view name);
std::int64_t DTypeBytes(DType dtype);

// A tensor somewhere in memory, row-major and contiguous; shape outermost first, empty for a scalar.
struct TensorView {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;
};

struct Safetensors {
  std::map<std::string, TensorView, std::less<>> tensors;  // data points into the bytes parsed
  std::map<std::string, std::string> metadata;             // of the key "__metadata__"
};

// Checks every field; the tensors must cover the data exactly. Memory used is linear in the header's size.
absl::StatusOr<Safetensors> ParseSafetensors(std::span<const std::byte> bytes);

// A mapped file and what it holds. NOT_FOUND: no such file; INVALID_ARGUMENT names file, tensor and fault.
class SafetensorsFile {
 public:
  static absl::StatusOr<SafetensorsFile> Open(const std::filesystem::path& path);

  const Safetensors& contents() const { return contents_; }
  std::span<const std::byte> bytes() const { return file_.bytes(); }
  // NOT_FOUND names the tensor.
  absl::StatusOr<const TensorView*> Find(std::string_view name) const;

 private:
  SafetensorsFile(MappedFile file, Safetensors contents)
      : file_(std::move(file)), contents_(std::move(contents)) {}

  MappedFile file_;
  Safetensors contents_;
};

}  // namespace rad
