// artifact_catalog.h: the manifests of the artifact store and what may be asked of them: the newest
// checkpoint of a task, the artifacts of a job, which old checkpoints may go. An artifact of which a chunk
// was found damaged is set aside: listed, but neither taken for a checkpoint nor for a result, until that
// chunk is stored again. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
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
  // that `rules` do not keep are dropped afterwards. INVALID_ARGUMENT: unsafe path, sizes that do not
  // add up. RESOURCE_EXHAUSTED, whether its chunks are stored yet or not: no room on the disk, or the job's
  // checkpoints would hold more than rules.quota_bytes.
  absl::StatusOr<std::string> Commit(v1::Manifest manifest, const v1::Checkpoint& rules, absl::Time now);

  // NOT_FOUND.
  absl::StatusOr<v1::Manifest> Get(const std::string& artifact_id) const;
  // The newest that is not set aside. NOT_FOUND.
  absl::StatusOr<v1::Manifest> LatestCheckpoint(const std::string& task_digest) const;
  // And is not set aside.
  bool Exists(const std::string& artifact_id) const;

  // Drops the chunk if its stored bytes are damaged, and sets aside the artifacts that name it; those,
  // without their chunks.
  absl::StatusOr<std::vector<v1::Manifest>> SetAside(const std::string& damaged_sha256);

  // Newest first, files without their chunks; `job_id` empty: all.
  absl::StatusOr<v1::ListArtifactsResponse> List(const v1::ListArtifactsRequest& request) const;

  // Drops the checkpoints of a finished task; they are of no more use.
  absl::Status DropCheckpoints(const std::string& task_digest, absl::Time now);

 private:
  explicit ArtifactCatalog(ArtifactStore& store) : store_(store) {}
  absl::Status Remember(const v1::Manifest& manifest);
  // Those set aside whose chunks are all there again.
  void TakeBackWhole();
  // In no particular order, without their chunks.
  std::vector<v1::Manifest> Checkpoints(const std::function<bool(const v1::Manifest&)>& wanted) const;
  std::vector<v1::Manifest> CheckpointsOfTask(const std::string& task_digest) const;
  // Those that may go when `checkpoints`, of one task, are all there: damaged ones first of all.
  std::vector<std::string> Superseded(std::vector<v1::Manifest> checkpoints,
                                      const v1::Checkpoint& rules) const;
  bool IsSetAside(const std::string& artifact_id) const;
  // Of a checkpoint to be committed.
  absl::Status CheckRoom(const v1::Manifest& manifest, const v1::Checkpoint& rules, absl::Time now) const;
  absl::Status CheckQuota(const v1::Manifest& manifest, const v1::Checkpoint& rules) const;
  absl::Status Drop(const std::string& artifact_id, absl::Time now);

  ArtifactStore& store_;
  absl::Mutex commit_mutex_;  // one commit at a time, so that two cannot share what is left of a quota
  mutable absl::Mutex mutex_;
  std::map<std::string, v1::Manifest> by_id_ ABSL_GUARDED_BY(mutex_);  // files without their chunks
  std::set<std::string> set_aside_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rad
