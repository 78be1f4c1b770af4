#include "worker/model/gguf.h"

#include <bit>
#include <string>

#include "absl/strings/str_join.h"
#include "worker/model/byte_reader.h"
#include "worker/model/gguf_tensor_type.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr std::uint32_t kMaxDimensions = 4;   // of the format
constexpr std::uint64_t kDefaultAlignment = 32;
constexpr std::uint64_t kMaxAlignment = 1 << 20;  // above any page size in use
constexpr std::uint64_t kMaxNameBytes = 65535;    // the format's limit for keys; also used for tensor names
constexpr std::uint64_t kMinKeyBytes = 8 + 4 + 1;
constexpr std::uint64_t kMinTensorBytes = 8 + 4 + 8 + 4 + 8;
constexpr std::uint64_t kMinStringBytes = 8;

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

std::string_view ReadString(ByteReader& in, std::string_view what) {
  return in.ReadBytes(in.Read<std::uint64_t>(what), what);
}

std::string_view ReadName(ByteReader& in, std::string_view what) {
  const std::string_view name = ReadString(in, what);
  if (name.size() > kMaxNameBytes) {
    in.Fail(Invalid(StrCat(what, " has ", name.size(), " bytes; at most ", kMaxNameBytes, " are allowed")));
  }
  return name;
}

std::uint64_t ScalarBytes(GgufType type) {
  switch (type) {
    case GgufType::kUint8:
    case GgufType::kInt8:
    case GgufType::kBool:
      return 1;
    case GgufType::kUint16:
    case GgufType::kInt16:
      return 2;
    case GgufType::kUint32:
    case GgufType::kInt32:
    case GgufType::kFloat32:
      return 4;
    case GgufType::kUint64:
    case GgufType::kInt64:
    case GgufType::kFloat64:
      return 8;
    default:
      return 0;
  }
}

GgufArray ReadArray(ByteReader& in, std::string_view key, std::span<const std::byte> bytes) {
  GgufArray array;
  array.type = GgufType{in.Read<std::uint32_t>(key)};
  array.count = in.Read<std::uint64_t>(key);
  const std::uint64_t begin = in.offset(), item_bytes = ScalarBytes(array.type);
  if (item_bytes != 0) {
    if (in.Fits(array.count, item_bytes, key)) in.ReadBytes(array.count * item_bytes, key);
  } else if (array.type == GgufType::kString) {
    if (in.Fits(array.count, kMinStringBytes, key)) {
      for (std::uint64_t i = 0; i < array.count && in.ok(); ++i) ReadString(in, key);
    }
  } else {
    in.Fail(
        Invalid(StrCat("metadata '", key, "' is an array of type ", static_cast<std::uint32_t>(array.type),
                       "; arrays hold numbers, booleans or strings")));
  }
  array.packed = bytes.subspan(begin, in.offset() - begin);
  return array;
}

GgufValue ReadScalar(ByteReader& in, GgufType type, std::string_view key) {
  switch (type) {
    case GgufType::kUint8:
      return std::uint64_t{in.Read<std::uint8_t>(key)};
    case GgufType::kUint16:
      return std::uint64_t{in.Read<std::uint16_t>(key)};
    case GgufType::kUint32:
      return std::uint64_t{in.Read<std::uint32_t>(key)};
    case GgufType::kUint64:
      return in.Read<std::uint64_t>(key);
    case GgufType::kInt8:
      return std::int64_t{in.Read<std::int8_t>(key)};
    case GgufType::kInt16:
      return std::int64_t{in.Read<std::int16_t>(key)};
    case GgufType::kInt32:
      return std::int64_t{in.Read<std::int32_t>(key)};
    case GgufType::kInt64:
      return in.Read<std::int64_t>(key);
    case GgufType::kFloat32:
      return double{in.Read<float>(key)};
    case GgufType::kFloat64:
      return in.Read<double>(key);
    case GgufType::kBool:
      return in.Read<std::uint8_t>(key) != 0;
    case GgufType::kString:
      return ReadString(in, key);
    default:
      in.Fail(
          Invalid(StrCat("metadata '", key, "' has the unknown type ", static_cast<std::uint32_t>(type))));
      return false;
  }
}

void ReadMetadata(ByteReader& in, std::span<const std::byte> bytes, std::uint64_t count, Gguf& gguf) {
  if (!in.Fits(count, kMinKeyBytes, "the metadata count")) return;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view key = ReadName(in, "a metadata key");
    const GgufType type{in.Read<std::uint32_t>(key)};
    GgufValue value =
        type == GgufType::kArray ? GgufValue(ReadArray(in, key, bytes)) : ReadScalar(in, type, key);
    if (!gguf.metadata.emplace(key, value).second)
      in.Fail(Invalid(StrCat("metadata '", key, "' occurs twice")));
  }
}

absl::StatusOr<std::uint64_t> Alignment(const Gguf& gguf) {
  const auto found = gguf.metadata.find("general.alignment");
  if (found == gguf.metadata.end()) return kDefaultAlignment;
  const auto* value = std::get_if<std::uint64_t>(&found->second);
  if (value != nullptr && std::has_single_bit(*value) && *value <= kMaxAlignment) return *value;
  return Invalid(StrCat("metadata 'general.alignment' must be a power of two up to ", kMaxAlignment));
}

struct TensorEntry {
  std::string_view name;
  GgufTensor tensor;
  std::uint64_t offset = 0;  // from the start of the data
  std::uint64_t bytes = 0;
};

// The number of values, or 0 with the reader failed.
std::uint64_t ReadShape(ByteReader& in, TensorEntry& entry) {
  const auto dimensions = in.Read<std::uint32_t>(entry.name);
  if (in.ok() && (dimensions == 0 || dimensions > kMaxDimensions)) {
    in.Fail(Invalid(StrCat("tensor '", entry.name, "' has ", dimensions, " dimensions; 1 to ", kMaxDimensions,
                           " are allowed")));
  }
  std::uint64_t values = 1;
  for (std::uint32_t i = 0; i < dimensions && in.ok(); ++i) {
    const auto extent = in.Read<std::uint64_t>(entry.name);
    // 2^60 values would be more bytes than any file has; the bound keeps later products from overflowing.
    if (extent == 0 || extent > (std::uint64_t{1} << 60) / values) {
      in.Fail(Invalid(
          StrCat("tensor '", entry.name, "' has the impossible extent ", extent, " in dimension ", i)));
      return 0;
    }
    values *= extent;
    entry.tensor.shape.insert(entry.tensor.shape.begin(), static_cast<std::int64_t>(extent));
  }
  return values;
}

TensorEntry ReadTensor(ByteReader& in) {
  TensorEntry entry;
  entry.name = ReadName(in, "a tensor name");
  const std::uint64_t values = ReadShape(in, entry);
  const auto code = in.Read<std::uint32_t>(entry.name);
  entry.offset = in.Read<std::uint64_t>(entry.name);
  if (!in.ok()) return entry;
  const auto type = TensorTypeOfGguf(code);
  if (!type) {
    in.Fail(Invalid(StrCat("tensor '", entry.name, "' has type ", GgufTensorTypeName(code),
                           ", which is not supported; use a file whose tensors are ", TensorTypeNames())));
    return entry;
  }
  entry.tensor.type = *type;
  const TensorLayout& layout = LayoutOf(*type);
  if (entry.tensor.shape.back() % layout.block_values != 0) {
    in.Fail(Invalid(StrCat("tensor '", entry.name, "' has rows of ", entry.tensor.shape.back(),
                           " values, not a multiple of ", layout.name, "'s block of ", layout.block_values)));
  }
  entry.bytes = values / static_cast<std::uint64_t>(layout.block_values) *
                static_cast<std::uint64_t>(layout.block_bytes);
  return entry;
}

absl::Status PlaceTensor(std::span<const std::byte> data, std::uint64_t alignment, TensorEntry& entry,
                         Gguf& gguf) {
  if (entry.offset % alignment != 0) {
    return Invalid(StrCat("tensor '", entry.name, "' has offset ", entry.offset,
                          ", not a multiple of the alignment ", alignment));
  }
  if (entry.bytes > data.size() || entry.offset > data.size() - entry.bytes) {
    return Invalid(StrCat("truncated or damaged: tensor '", entry.name, "' wants ", entry.bytes,
                          " bytes at offset ", entry.offset, " of the tensor data, but the file has only ",
                          data.size(), " bytes of it; fetch the file again and compare its checksum"));
  }
  entry.tensor.data = data.subspan(entry.offset, entry.bytes);
  if (gguf.tensors.emplace(entry.name, std::move(entry.tensor)).second) return absl::OkStatus();
  return Invalid(StrCat("tensor '", entry.name, "' occurs twice"));
}

absl::Status ReadTensors(ByteReader& in, std::span<const std::byte> bytes, std::uint64_t count, Gguf& gguf) {
  const auto alignment = Alignment(gguf);
  if (!alignment.ok()) return alignment.status();
  std::vector<TensorEntry> entries;
  if (in.Fits(count, kMinTensorBytes, "the tensor count")) {
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) entries.push_back(ReadTensor(in));
  }
  if (!in.ok()) return in.status();
  const std::uint64_t start = (in.offset() + *alignment - 1) / *alignment * *alignment;
  const auto data = start < bytes.size() ? bytes.subspan(start) : std::span<const std::byte>();
  for (TensorEntry& entry : entries) {
    if (auto status = PlaceTensor(data, *alignment, entry, gguf); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckVersion(std::uint32_t version) {
  if (version == 2 || version == 3) return absl::OkStatus();
  const bool swapped = version != 0 && (version & 0xffffff) == 0;
  return Invalid(StrCat("GGUF version ", version, swapped ? " (a big-endian file)" : "",
                        " is not supported; convert the model to little-endian GGUF version 2 or 3"));
}

std::int64_t IntegerAt(const GgufArray& array, ByteReader& in) {
  switch (array.type) {
    case GgufType::kUint8:
      return in.Read<std::uint8_t>("item");
    case GgufType::kInt8:
      return in.Read<std::int8_t>("item");
    case GgufType::kUint16:
      return in.Read<std::uint16_t>("item");
    case GgufType::kInt16:
      return in.Read<std::int16_t>("item");
    case GgufType::kUint32:
      return in.Read<std::uint32_t>("item");
    case GgufType::kInt32:
      return in.Read<std::int32_t>("item");
    case GgufType::kUint64:
    case GgufType::kInt64:
      return in.Read<std::int64_t>("item");
    default:
      in.Fail(Invalid("an array of integers was expected"));
      return 0;
  }
}

}  // namespace

absl::StatusOr<Gguf> ParseGguf(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  Gguf gguf;
  const auto magic = in.Read<std::uint32_t>("the magic number");
  if (!in.ok()) return in.status();
  if (magic != kMagic) {
    return Invalid(
        "not a GGUF file: it does not begin with 'GGUF'; give a .gguf file or a Hugging Face folder");
  }
  gguf.version = in.Read<std::uint32_t>("the version");
  const auto tensor_count = in.Read<std::uint64_t>("the tensor count");
  const auto metadata_count = in.Read<std::uint64_t>("the metadata count");
  if (!in.ok()) return in.status();
  if (auto status = CheckVersion(gguf.version); !status.ok()) return status;
  ReadMetadata(in, bytes, metadata_count, gguf);
  if (!in.ok()) return in.status();
  if (auto status = ReadTensors(in, bytes, tensor_count, gguf); !status.ok()) return status;
  return gguf;
}

absl::StatusOr<std::vector<std::string_view>> UnpackStrings(const GgufArray& array) {
  if (array.type != GgufType::kString) return Invalid("an array of strings was expected");
  ByteReader in(array.packed);
  std::vector<std::string_view> strings(array.count);
  for (auto& string : strings) string = ReadString(in, "item");
  if (!in.ok()) return in.status();
  return strings;
}

absl::StatusOr<std::vector<std::int64_t>> UnpackIntegers(const GgufArray& array) {
  ByteReader in(array.packed);
  std::vector<std::int64_t> integers;
  integers.reserve(array.count);
  for (std::uint64_t i = 0; i < array.count && in.ok(); ++i) integers.push_back(IntegerAt(array, in));
  if (!in.ok()) return in.status();
  return integers;
}

}  // namespace rad
