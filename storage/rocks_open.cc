#include "storage/rocks_open.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/rocks_log.h"
#include "storage/rocks_status.h"

namespace rad {
namespace {

// RocksDB reports a lock held by another process as an I/O error about its file LOCK.
bool IsLocked(const rocksdb::Status& status) {
  return status.IsIOError() && absl::StrContains(status.ToString(), "lock");
}

rocksdb::Options DatabaseOptions(const RocksSettings& settings) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.info_log = RocksLog();
  // A record torn off the log's end by a crash was never acknowledged; damage before the end is an error.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.atomic_flush = settings.atomic_flush;
  if (settings.env != nullptr) options.env = settings.env;
  return options;
}

}  // namespace

RocksDatabase::~RocksDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
}

absl::StatusOr<RocksDatabase> OpenRocks(const RocksSettings& settings) {
  const std::string folder = settings.folder.string();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::PermissionDeniedError(absl::StrCat("cannot create ", folder, ": ", error.message()));
  }
  const rocksdb::Options options = DatabaseOptions(settings);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  for (const RocksFamily& family : settings.families) descriptors.emplace_back(family.name, family.options);

  RocksDatabase database;
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder, descriptors, &handles, &db);
  if (IsLocked(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat("another coordinator is using ", folder,
                     ": stop it, or start this one with another --data-dir (", status.ToString(), ")"));
  }
  if (status.IsInvalidArgument() && absl::StrContains(status.ToString(), "not opened")) {
    return absl::FailedPreconditionError(absl::StrCat(
        folder, " has tables that this version does not know: use the coordinator that wrote it, ",
        "or another --data-dir (", status.ToString(), ")"));
  }
  if (!status.ok()) return FromRocks(status, absl::StrCat("opening ", folder));
  database.db.reset(db);
  db->DestroyColumnFamilyHandle(handles.front());
  database.families.assign(handles.begin() + 1, handles.end());
  return database;
}

}  // namespace rad
