#include "coordinator/backup_service.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "coordinator/bad_request.h"
#include "coordinator/log.h"
#include "storage/backups.h"

namespace rad {
namespace {

v1::Backup ToMessage(const BackupSummary& summary, bool verified) {
  v1::Backup backup;
  backup.set_backup_id(summary.id);
  backup.set_created_unix_seconds(summary.created_unix_seconds);
  backup.set_bytes(summary.bytes);
  backup.set_files(summary.files);
  backup.set_verified(verified && summary.sound);
  return backup;
}

const grpc::Status kUnderWay(grpc::StatusCode::UNAVAILABLE,
                             "a backup is being made or verified: try again later");

}  // namespace

BackupServiceImpl::BackupServiceImpl(const MetaStore& meta, const ArtifactStore& artifacts,
                                     std::filesystem::path folder)
    : meta_(meta), artifacts_(artifacts), folder_(std::move(folder)) {
  const absl::StatusOr<std::vector<BackupSummary>> backups = rad::ListBackups(folder_, /*verify=*/false);
  if (!backups.ok()) Log(backups.status().ToString());
  if (backups.ok() && !backups->empty()) newest_unix_seconds_ = backups->back().created_unix_seconds;
}

grpc::Status BackupServiceImpl::CreateBackup(grpc::ServerContext*, const v1::CreateBackupRequest*,
                                             v1::Backup* response) {
  if (!under_way_.TryLock()) return kUnderWay;
  const absl::Cleanup unlock = [this] { under_way_.Unlock(); };
  const absl::StatusOr<BackupSummary> backup = rad::CreateBackup(folder_, meta_, artifacts_);
  Log(backup.ok()
          ? absl::StrCat("backup ", backup->id, " made in ", folder_.string(), ": ", backup->bytes, " bytes")
          : absl::StrCat("no backup was made: ", backup.status().ToString()));
  if (!backup.ok()) return ToGrpc(backup.status());
  newest_unix_seconds_ = backup->created_unix_seconds;
  *response = ToMessage(*backup, /*verified=*/false);
  return grpc::Status::OK;
}

grpc::Status BackupServiceImpl::ListBackups(grpc::ServerContext*, const v1::ListBackupsRequest* request,
                                            v1::ListBackupsResponse* response) {
  if (!under_way_.TryLock()) return kUnderWay;
  const absl::Cleanup unlock = [this] { under_way_.Unlock(); };
  const absl::StatusOr<std::vector<BackupSummary>> backups = rad::ListBackups(folder_, request->verify());
  if (!backups.ok()) return ToGrpc(backups.status());
  for (const BackupSummary& summary : *backups)
    *response->add_backups() = ToMessage(summary, request->verify());
  return grpc::Status::OK;
}

}  // namespace rad
