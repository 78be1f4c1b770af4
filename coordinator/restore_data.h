// restore_data.h: a data folder out of a backup.
#pragma once

#include <cstdint>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace rad {

// Makes `data_dir`, which must be empty or not there (FAILED_PRECONDITION), out of backup `id` of the folder
// `backups`; 0: of the newest. It appears whole or not at all. Numbers that the coordinator gave out after
// the backup (of events, of worker sessions, of attempts) are never given out again: what still runs from
// that time is stale, and is told so.
absl::Status RestoreData(const std::filesystem::path& backups, std::uint32_t id,
                         const std::filesystem::path& data_dir, absl::Time now);

}  // namespace rad
