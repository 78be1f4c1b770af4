#include "worker/model/safetensors_writer.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "worker/model/atomic_file.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kHeaderAlignment = 8;

// The bytes that shape and dtype call for; nullopt for an impossible shape.
std::optional<std::uint64_t> BytesOf(const TensorView& tensor) {
  auto bytes = static_cast<std::uint64_t>(DTypeBytes(tensor.dtype));
  for (const std::int64_t extent : tensor.shape) {
    if (extent < 0) return std::nullopt;
    if (extent != 0 &&
        bytes > std::numeric_limits<std::int64_t>::max() / static_cast<std::uint64_t>(extent)) {
      return std::nullopt;
    }
    bytes *= static_cast<std::uint64_t>(extent);
  }
  return bytes;
}

absl::Status Check(std::span<const TensorView> tensors) {
  std::set<std::string> names;
  for (const TensorView& tensor : tensors) {
    if (tensor.name == "__metadata__" || !names.insert(tensor.name).second) {
      return absl::InvalidArgumentError(StrCat("cannot write two tensors named '", tensor.name, "'"));
    }
    if (BytesOf(tensor) != tensor.data.size()) {
      return absl::InvalidArgumentError(StrCat("tensor '", tensor.name, "' has ", tensor.data.size(),
                                               " bytes, which its shape and dtype do not call for"));
    }
  }
  return absl::OkStatus();
}

// The header's JSON, padded with spaces so that the data after it is aligned.
absl::StatusOr<std::string> Header(std::span<const TensorView> tensors,
                                   const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t begin = 0;
  for (const TensorView& tensor : tensors) {
    const std::size_t end = begin + tensor.data.size();
    header[tensor.name] = {{"dtype", std::string(DTypeName(tensor.dtype))},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, end}}};
    begin = end;
  }
  try {
    std::string text = header.dump();
    text.append((kHeaderAlignment - text.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
    return text;
  } catch (const Json::type_error&) {
    return absl::InvalidArgumentError("a tensor's name or a metadata value is not UTF-8");
  }
}

absl::Status WriteAll(AtomicFile& file, const std::string& header, std::span<const TensorView> tensors) {
  const std::uint64_t header_bytes = header.size();
  if (auto status = file.Write(std::as_bytes(std::span(&header_bytes, 1))); !status.ok()) return status;
  if (auto status = file.Write(header); !status.ok()) return status;
  for (const TensorView& tensor : tensors) {
    if (auto status = file.Write(tensor.data); !status.ok()) return status;
  }
  return file.Commit();
}

}  // namespace

absl::Status WriteSafetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                              const std::map<std::string, std::string>& metadata) {
  if (auto status = Check(tensors); !status.ok()) return status;
  auto header = Header(tensors, metadata);
  if (!header.ok()) return header.status();
  auto file = AtomicFile::Create(path);
  if (!file.ok()) return file.status();
  return WriteAll(*file, *header, tensors);
}

}  // namespace rad
