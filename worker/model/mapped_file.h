// mapped_file.h: a file's bytes, memory-mapped for reading. Movable; the bytes live as long as the object.
// A file that another process shortens while it is mapped ends this process with SIGBUS: files of models are
// taken to be left alone while in use.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "absl/status/statusor.h"

namespace rad {

class MappedFile {
 public:
  // NOT_FOUND: no such file. INVALID_ARGUMENT: a folder, a pipe, ... UNAVAILABLE: the system refused.
  static absl::StatusOr<MappedFile> Open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace rad
