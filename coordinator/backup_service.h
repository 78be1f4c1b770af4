// backup_service.h: BackupService over the stores.
#pragma once

#include <atomic>
#include <filesystem>

#include "absl/synchronization/mutex.h"
#include "rad/v1/backup.grpc.pb.h"
#include "storage/artifact_store.h"
#include "storage/meta_store.h"

namespace rad {

class BackupServiceImpl final : public v1::BackupService::Service {
 public:
  BackupServiceImpl(const MetaStore& meta, const ArtifactStore& artifacts, std::filesystem::path folder);

  grpc::Status CreateBackup(grpc::ServerContext*, const v1::CreateBackupRequest*,
                            v1::Backup* response) override;
  grpc::Status ListBackups(grpc::ServerContext*, const v1::ListBackupsRequest* request,
                           v1::ListBackupsResponse* response) override;

  // When the newest backup was made, in seconds since 1970; 0: there is none.
  std::int64_t newest_unix_seconds() const { return newest_unix_seconds_; }

 private:
  const MetaStore& meta_;
  const ArtifactStore& artifacts_;
  const std::filesystem::path folder_;
  absl::Mutex under_way_;
  std::atomic<std::int64_t> newest_unix_seconds_ = 0;
};

}  // namespace rad
