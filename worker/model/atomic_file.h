// atomic_file.h: a file that appears under its name only when it is whole and on the disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rad {

// Written beside its final place under a temporary name, which is removed unless Commit succeeds.
// RESOURCE_EXHAUSTED: disk or quota full; UNAVAILABLE: any other refusal of the system; both name the path.
class AtomicFile {
 public:
  static absl::StatusOr<AtomicFile> Create(const std::filesystem::path& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  absl::Status Write(std::span<const std::byte> bytes);
  absl::Status Write(std::string_view text);
  // Syncs the file, gives it its name and syncs the folder; call once, last.
  absl::Status Commit();

 private:
  AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int fd);

  std::filesystem::path path_, temporary_;
  int fd_;
};

}  // namespace rad
