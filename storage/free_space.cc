#include "storage/free_space.h"

#include "absl/strings/str_cat.h"

namespace rad {

absl::Status CheckFreeSpace(const std::filesystem::path& folder, std::uint64_t bytes,
                            std::uint64_t reserved_bytes) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (error || space.available >= bytes + reserved_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the disk of ", folder.string(), " has ", space.available >> 20, " MiB left of which ",
                   reserved_bytes >> 20, " are reserved: free space, or move the data folder"));
}

}  // namespace rad
