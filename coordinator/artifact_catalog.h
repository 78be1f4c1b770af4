// artifact_catalog.h: the manifests of the artifact store and what may be asked of them: the newest
// checkpoint of a task, the artifacts of a job, which old checkpoints may go. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rad/v1/artifact.pb.h"
#include "storage/artifact_store.h"

namespace rad {

class ArtifactCatalog {
 public:
  // Reads every manifest.
  static absl::StatusOr<std::unique_ptr<ArtifactCatalog>> Open(ArtifactStore& store);

  // Commits the manifest under its id, which is returned. For a checkpoint, those of the same task digest
  // beyond the newest `keep_latest` are dropped afterwards. INVALID_ARGUMENT: unsafe path, sizes that do not
  // add up.
  absl::StatusOr<std::string> Commit(v1::Manifest manifest, std::uint32_t keep_latest, absl::Time now);

  // NOT_FOUND.
  absl::StatusOr<v1::Manifest> Get(const std::string& artifact_id) const;
  absl::StatusOr<v1::Manifest> LatestCheckpoint(const std::string& task_digest) const;
  bool Exists(const std::string& artifact_id) const;

  // Newest first, files without their chunks; `job_id` empty: all.
  absl::StatusOr<v1::ListArtifactsResponse> List(const v1::ListArtifactsRequest& request) const;

  // Drops the checkpoints of a finished task; they are of no more use.
  absl::Status DropCheckpoints(const std::string& task_digest, absl::Time now);

 private:
  explicit ArtifactCatalog(ArtifactStore& store) : store_(store) {}
  void Remember(const v1::Manifest& manifest);
  // Oldest first.
  std::vector<std::string> CheckpointsOf(const std::string& task_digest) const;
  absl::Status Drop(const std::string& artifact_id, absl::Time now);

  ArtifactStore& store_;
  mutable absl::Mutex mutex_;
  std::map<std::string, v1::Manifest> by_id_ ABSL_GUARDED_BY(mutex_);  // files without their chunks
};

}  // namespace rad
