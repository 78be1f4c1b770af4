// free_space.h: what is left on a disk, asked before it is written to.
#pragma once

#include <cstdint>
#include <filesystem>

#include "absl/status/status.h"

namespace rad {

// RESOURCE_EXHAUSTED, saying how much is left and what to do, when the disk of `folder` has no room for
// `bytes` beside `reserved_bytes`. OK when the system does not tell.
absl::Status CheckFreeSpace(const std::filesystem::path& folder, std::uint64_t bytes,
                            std::uint64_t reserved_bytes);

}  // namespace rad
