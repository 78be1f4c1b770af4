#include "storage/backups.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/failpoint.h"
#include "rocksdb/utilities/backup_engine.h"
#include "storage/free_space.h"
#include "storage/rocks_status.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

// The halves' folders, below that of backups and below the data folder alike.
constexpr const char* kMeta = "meta";
constexpr const char* kArtifacts = "ckpt";

template <typename Engine>
absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(const fs::path& folder) {
  Engine* engine = nullptr;
  const auto status =
      Engine::Open(rocksdb::Env::Default(), rocksdb::BackupEngineOptions(folder.string()), &engine);
  if (!status.ok()) return FromRocks(status, absl::StrCat("opening the backups in ", folder.string()));
  return std::unique_ptr<Engine>(engine);
}

// Both halves' engines, of whichever kind.
template <typename Engine>
struct Halves {
  std::unique_ptr<Engine> meta, artifacts;
};

template <typename Engine>
absl::StatusOr<Halves<Engine>> OpenHalves(const fs::path& folder) {
  auto meta = OpenEngine<Engine>(folder / kMeta);
  if (!meta.ok()) return meta.status();
  auto artifacts = OpenEngine<Engine>(folder / kArtifacts);
  if (!artifacts.ok()) return artifacts.status();
  return Halves<Engine>{*std::move(meta), *std::move(artifacts)};
}

// The first half's id; 0, which no backup has, when it cannot be read.
rocksdb::BackupID MetaHalf(const rocksdb::BackupInfo& artifacts_half) {
  rocksdb::BackupID id = 0;
  return absl::SimpleAtoi(artifacts_half.app_metadata, &id) ? id : 0;
}

template <typename Engine>
std::vector<BackupSummary> Summaries(const Halves<Engine>& halves, bool verify) {
  std::vector<rocksdb::BackupInfo> metas, backups;
  halves.meta->GetBackupInfo(&metas);
  halves.artifacts->GetBackupInfo(&backups);
  std::vector<BackupSummary> summaries;
  for (const rocksdb::BackupInfo& backup : backups) {
    BackupSummary& summary = summaries.emplace_back();
    summary = {backup.backup_id, backup.timestamp, backup.size, backup.number_files};
    const auto meta = std::find_if(metas.begin(), metas.end(), [&](const rocksdb::BackupInfo& info) {
      return info.backup_id == MetaHalf(backup);
    });
    summary.sound = meta != metas.end();
    if (!summary.sound) continue;
    summary.bytes += meta->size;
    summary.files += meta->number_files;
    if (verify) {
      summary.sound = halves.meta->VerifyBackup(meta->backup_id, /*verify_with_checksum=*/true).ok() &&
                      halves.artifacts->VerifyBackup(backup.backup_id, /*verify_with_checksum=*/true).ok();
    }
  }
  std::vector<rocksdb::BackupID> damaged;
  halves.artifacts->GetCorruptedBackups(&damaged);
  for (const rocksdb::BackupID id : damaged) summaries.push_back({.id = id, .sound = false});
  std::sort(summaries.begin(), summaries.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return summaries;
}

// First halves whose second was never made.
absl::Status DropOrphans(const Halves<rocksdb::BackupEngine>& halves) {
  std::vector<rocksdb::BackupInfo> metas, backups;
  halves.meta->GetBackupInfo(&metas);
  halves.artifacts->GetBackupInfo(&backups);
  std::set<rocksdb::BackupID> named;
  for (const rocksdb::BackupInfo& backup : backups) named.insert(MetaHalf(backup));
  std::vector<rocksdb::BackupID> damaged;  // what those name cannot be read: nothing is dropped then
  halves.artifacts->GetCorruptedBackups(&damaged);
  if (!damaged.empty()) return absl::OkStatus();
  for (const rocksdb::BackupInfo& meta : metas) {
    if (named.contains(meta.backup_id)) continue;
    const rocksdb::Status status = halves.meta->DeleteBackup(meta.backup_id);
    if (!status.ok()) return FromRocks(status, "dropping half a backup");
  }
  return absl::OkStatus();
}

absl::Status CheckRoom(const fs::path& folder, const std::vector<BackupSummary>& earlier,
                       std::uint64_t bytes) {
  const std::uint64_t shared = earlier.empty() ? 0 : std::min(bytes, earlier.back().bytes);
  return CheckFreeSpace(folder, bytes - shared, kReservedDiskBytes);
}

}  // namespace

absl::StatusOr<BackupSummary> CreateBackup(const fs::path& folder, const MetaStore& meta,
                                           const ArtifactStore& artifacts) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return absl::PermissionDeniedError(
        absl::StrCat("cannot create ", folder.string(), ": ", error.message()));
  const auto halves = OpenHalves<rocksdb::BackupEngine>(folder);
  if (!halves.ok()) return halves.status();
  if (absl::Status status = DropOrphans(*halves); !status.ok()) return status;
  const std::uint64_t bytes = meta.DiskBytes() + artifacts.DiskBytes();
  if (absl::Status room = CheckRoom(folder, Summaries(*halves, false), bytes); !room.ok()) return room;
  rocksdb::CreateBackupOptions options;
  options.flush_before_backup = true;  // chunks are in no log
  rocksdb::BackupID meta_id = 0;
  rocksdb::Status status = halves->meta->CreateNewBackup(options, meta.database(), &meta_id);
  if (!status.ok()) return FromRocks(status, "backing up the meta store");
  Failpoint("backup_meta_written");
  status =
      halves->artifacts->CreateNewBackupWithMetadata(options, artifacts.database(), absl::StrCat(meta_id));
  if (!status.ok()) return FromRocks(status, "backing up the artifacts");
  Failpoint("backup_written");
  return Summaries(*halves, false).back();
}

absl::StatusOr<std::vector<BackupSummary>> ListBackups(const fs::path& folder, bool verify) {
  if (!fs::exists(folder / kArtifacts)) return std::vector<BackupSummary>();
  const auto halves = OpenHalves<rocksdb::BackupEngineReadOnly>(folder);
  if (!halves.ok()) return halves.status();
  return Summaries(*halves, verify);
}

absl::Status RestoreBackup(const fs::path& folder, std::uint32_t id, const fs::path& target) {
  if (!fs::exists(folder / kArtifacts)) {
    return absl::NotFoundError(absl::StrCat(folder.string(), " holds no backups: name the folder that has \"",
                                            kMeta, "\" and \"", kArtifacts, "\" in it"));
  }
  const auto halves = OpenHalves<rocksdb::BackupEngineReadOnly>(folder);
  if (!halves.ok()) return halves.status();
  std::vector<rocksdb::BackupInfo> backups;
  halves->artifacts->GetBackupInfo(&backups);
  const auto chosen = std::find_if(backups.rbegin(), backups.rend(), [&](const rocksdb::BackupInfo& backup) {
    return id == 0 || backup.backup_id == id;
  });
  if (chosen == backups.rend()) {
    return absl::NotFoundError(absl::StrCat(folder.string(), " holds no sound backup ",
                                            id == 0 ? "" : absl::StrCat(id),
                                            ": radctl backup list shows what there is"));
  }
  rocksdb::Status status = halves->meta->RestoreDBFromBackup(MetaHalf(*chosen), (target / kMeta).string(),
                                                             (target / kMeta).string());
  if (status.ok()) {
    status = halves->artifacts->RestoreDBFromBackup(chosen->backup_id, (target / kArtifacts).string(),
                                                    (target / kArtifacts).string());
  }
  return FromRocks(status, absl::StrCat("restoring backup ", chosen->backup_id));
}

}  // namespace rad
