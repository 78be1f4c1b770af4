#include "coordinator/restore_data.h"

#include <system_error>

#include "absl/strings/str_cat.h"
#include "coordinator/job_store.h"
#include "proto/failpoint.h"
#include "storage/backups.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

// Numbers count up from where they were, a few a second at most; seconds since 1970 times this are beyond
// them all, and beyond those of an earlier restore.
constexpr std::uint64_t kNumbersPerSecond = 1 << 16;

absl::Status SkipNumbers(const fs::path& folder, absl::Time now) {
  absl::StatusOr<std::unique_ptr<MetaStore>> meta = MetaStore::Open(folder / "meta");
  if (!meta.ok()) return meta.status();
  JobStore store(**meta);
  const auto seconds = static_cast<std::uint64_t>(absl::ToUnixSeconds(now));
  JobStore::Change change = store.NewChange();
  change.PutCounter(kSequenceCounter, seconds * kNumbersPerSecond);
  change.PutCounter(kLivesCounter, seconds);
  change.PutCounter(kEpochFloorCounter, seconds * kNumbersPerSecond);
  return store.Commit(std::move(change));
}

}  // namespace

absl::Status RestoreData(const fs::path& backups, std::uint32_t id, const fs::path& data_dir,
                         absl::Time now) {
  std::error_code error;
  if (fs::exists(data_dir) && !fs::is_empty(data_dir, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(data_dir.string(), " is not empty: restore into another --data-dir, or move it away"));
  }
  const fs::path partial = absl::StrCat(fs::absolute(data_dir).lexically_normal().string(), ".restoring");
  fs::remove_all(partial, error);
  fs::create_directories(partial, error);
  if (error)
    return absl::PermissionDeniedError(
        absl::StrCat("cannot create ", partial.string(), ": ", error.message()));
  absl::Status status = RestoreBackup(backups, id, partial);
  if (status.ok()) status = SkipNumbers(partial, now);
  Failpoint("restore_written");
  if (!status.ok()) {
    fs::remove_all(partial, error);
    return status;
  }
  fs::rename(partial, data_dir, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot rename ", partial.string(), " to ", data_dir.string(), ": ", error.message()));
}

}  // namespace rad
