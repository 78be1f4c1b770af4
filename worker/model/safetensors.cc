#include "worker/model/safetensors.h"

#include <algorithm>

#include "worker/model/byte_reader.h"
#include "worker/model/json.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 60;
constexpr std::size_t kMaxDimensions = 16;

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

absl::StatusOr<std::uint64_t> ReadShape(const std::string& name, const Json& entry,
                                        std::vector<std::int64_t>& shape) {
  const Json* list = FindMember(entry, "shape");
  if (list == nullptr || !list->is_array() || list->size() > kMaxDimensions) {
    return Invalid(
        StrCat("tensor '", name, "': shape must be an array of at most ", kMaxDimensions, " integers"));
  }
  std::uint64_t values = 1;
  for (const Json& extent : *list) {
    if (!extent.is_number_unsigned() ||
        extent.get<std::uint64_t>() > kMaxValues / std::max<std::uint64_t>(values, 1)) {
      return Invalid(StrCat("tensor '", name, "': shape holds the impossible extent ", extent.dump()));
    }
    values *= extent.get<std::uint64_t>();
    shape.push_back(extent.get<std::int64_t>());
  }
  return values;
}

absl::StatusOr<std::span<const std::byte>> ReadExtent(const std::string& name, const Json& entry,
                                                      std::span<const std::byte> data) {
  const Json* list = FindMember(entry, "data_offsets");
  if (list == nullptr || !list->is_array() || list->size() != 2 || !(*list)[0].is_number_unsigned() ||
      !(*list)[1].is_number_unsigned()) {
    return Invalid(StrCat("tensor '", name, "': data_offsets must be two integers"));
  }
  const auto begin = (*list)[0].get<std::uint64_t>(), end = (*list)[1].get<std::uint64_t>();
  if (begin > end)
    return Invalid(
        StrCat("tensor '", name, "': data_offsets end at ", end, ", before they begin at ", begin));
  if (end > data.size()) {
    return Invalid(StrCat("truncated or damaged: tensor '", name, "' ends at byte ", end,
                          " of the data, but the file has only ", data.size(),
                          " bytes of it; fetch the file again and compare its checksum"));
  }
  return data.subspan(begin, end - begin);
}

absl::StatusOr<TensorView> ReadTensor(const std::string& name, const Json& entry,
                                      std::span<const std::byte> data) {
  TensorView tensor;
  tensor.name = name;
  const std::string* dtype_name = FindString(entry, "dtype");
  const auto dtype = dtype_name == nullptr ? std::nullopt : DTypeNamed(*dtype_name);
  if (!dtype) {
    return Invalid(StrCat("tensor '", name, "' has dtype '", dtype_name == nullptr ? "" : *dtype_name,
                          "', which is not supported; store it as F32, F16 or BF16"));
  }
  tensor.dtype = *dtype;
  auto values = ReadShape(name, entry, tensor.shape);
  if (!values.ok()) return values.status();
  auto extent = ReadExtent(name, entry, data);
  if (!extent.ok()) return extent.status();
  tensor.data = *extent;
  if (*values * static_cast<std::uint64_t>(DTypeBytes(*dtype)) != tensor.data.size()) {
    return Invalid(StrCat("tensor '", name, "' has ", tensor.data.size(),
                          " bytes, but its shape and dtype call for ", *values, " values of ",
                          DTypeBytes(*dtype)));
  }
  return tensor;
}

absl::Status ReadMetadata(const Json& entry, Safetensors& contents) {
  if (!entry.is_object()) return Invalid("__metadata__ must be an object of strings");
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) return Invalid(StrCat("__metadata__: '", key, "' must be a string"));
    contents.metadata.emplace(key, value.get<std::string>());
  }
  return absl::OkStatus();
}

// No byte of the data without an owner and none with two: what the format asks for, and a check on
// truncation.
absl::Status CheckCover(const Safetensors& contents, std::span<const std::byte> data) {
  std::vector<const TensorView*> in_order;
  for (const auto& [name, tensor] : contents.tensors) in_order.push_back(&tensor);
  std::sort(in_order.begin(), in_order.end(), [](const TensorView* a, const TensorView* b) {
    return std::pair(a->data.data(), a->data.size()) < std::pair(b->data.data(), b->data.size());
  });
  const std::byte* at = data.data();
  for (const TensorView* tensor : in_order) {
    if (tensor->data.data() != at) {
      return Invalid(StrCat("tensor '", tensor->name, "' begins at byte ", tensor->data.data() - data.data(),
                            " of the data, but the one before it ends at ", at - data.data()));
    }
    at += tensor->data.size();
  }
  if (at == data.data() + data.size()) return absl::OkStatus();
  return Invalid(StrCat("the file has ", data.data() + data.size() - at,
                        " bytes after its last tensor; is it damaged?"));
}

}  // namespace

absl::StatusOr<Safetensors> ParseSafetensors(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  const auto header_bytes = in.Read<std::uint64_t>("the header's length");
  if (in.ok() && header_bytes > kMaxHeaderBytes) {
    return Invalid(StrCat("the header's length is ", header_bytes, " bytes; at most ", kMaxHeaderBytes,
                          " are allowed. Is this a safetensors file?"));
  }
  const std::string_view header = in.ReadBytes(header_bytes, "the header");
  if (!in.ok()) return in.status();
  auto json = ParseJson(header, "the header");
  if (!json.ok()) return json.status();
  if (!json->is_object()) return Invalid("the header must be a JSON object");
  const auto data = bytes.subspan(in.offset());
  Safetensors contents;
  for (const auto& [name, entry] : json->items()) {
    if (name == "__metadata__") {
      if (auto status = ReadMetadata(entry, contents); !status.ok()) return status;
      continue;
    }
    auto tensor = ReadTensor(name, entry, data);
    if (!tensor.ok()) return tensor.status();
    contents.tensors.emplace(name, *std::move(tensor));
  }
  if (auto status = CheckCover(contents, data); !status.ok()) return status;
  return contents;
}

absl::StatusOr<SafetensorsFile> SafetensorsFile::Open(const std::filesystem::path& path) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  auto contents = ParseSafetensors(file->bytes());
  if (!contents.ok()) {
    return absl::Status(contents.status().code(),
                        StrCat(path.string(), ": ", std::string(contents.status().message())));
  }
  return SafetensorsFile(*std::move(file), *std::move(contents));
}

absl::StatusOr<const TensorView*> SafetensorsFile::Find(std::string_view name) const {
  const auto found = contents_.tensors.find(name);
  if (found == contents_.tensors.end())
    return absl::NotFoundError(StrCat("the file has no tensor '", name, "'"));
  return &found->second;
}

}  // namespace rad
