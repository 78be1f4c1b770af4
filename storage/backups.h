// backups.h: copies of the two databases of a data folder, made while they are written to.
//
// The folder of backups holds one RocksDB BackupEngine a database, `meta` and `ckpt`: files that an earlier
// backup has are shared with it, and each has its checksum. The halves of a backup are made in this order:
// meta, then ckpt. The meta store names an artifact only once that is committed, and an artifact that it
// names is never deleted; so all that the first half names is in the second. (A checkpoint deleted between
// the two costs a restored task its progress, nothing else.) A backup exists once its second half is whole,
// which says what its first is: a crash leaves no half that anybody would take for a backup.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/artifact_store.h"
#include "storage/meta_store.h"

namespace rad {

struct BackupSummary {
  std::uint32_t id = 0;  // from 1
  std::int64_t created_unix_seconds = 0;
  std::uint64_t bytes = 0;
  std::uint32_t files = 0;
  bool sound =
      true;  // as far as was looked: its files are there, with their sizes and, when asked for, checksums
};

// RESOURCE_EXHAUSTED when the disk of `folder` has no room. One call at a time.
absl::StatusOr<BackupSummary> CreateBackup(const std::filesystem::path& folder, const MetaStore& meta,
                                           const ArtifactStore& artifacts);

// Oldest first, damaged ones too. With `verify` every byte is read and checked.
absl::StatusOr<std::vector<BackupSummary>> ListBackups(const std::filesystem::path& folder, bool verify);

// Writes the databases of a backup, the newest when `id` is 0, as `meta` and `ckpt` below `target`, which
// must not be there; every byte is checked. NOT_FOUND; DATA_LOSS when the backup is damaged. On an error
// `target` holds an unknown part of it.
absl::Status RestoreBackup(const std::filesystem::path& folder, std::uint32_t id,
                           const std::filesystem::path& target);

}  // namespace rad
