#include "coordinator/artifact_catalog.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "coordinator/checkpoint_retention.h"
#include "coordinator/log.h"
#include "proto/failpoint.h"
#include "storage/sha256.h"

namespace rad {
namespace {

constexpr std::uint32_t kDefaultPage = 100;
constexpr std::uint32_t kMaxPage = 1000;

// "weights/part-1.safetensors": relative, without ".", ".." or empty parts.
bool IsSafePath(const std::string& path) {
  if (path.empty() || path.size() > 512 || path.find('\0') != std::string::npos) return false;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

absl::Status CheckFile(const v1::File& file) {
  if (!IsSafePath(file.path())) {
    return absl::InvalidArgumentError(
        absl::StrCat("file path \"", file.path(), "\" is not a plain relative path"));
  }
  std::uint64_t bytes = 0;
  for (const v1::Chunk& chunk : file.chunks()) {
    if (!IsSha256Hex(chunk.sha256())) {
      return absl::InvalidArgumentError(absl::StrCat("\"", chunk.sha256(), "\" is not a hex SHA-256"));
    }
    bytes += chunk.size();
  }
  if (bytes == file.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("file ", file.path(), " has size ", file.size(), ", its chunks have ", bytes));
}

absl::Status CheckManifest(const v1::Manifest& manifest) {
  if (manifest.kind() != v1::Manifest::CHECKPOINT && manifest.kind() != v1::Manifest::OUTPUT) {
    return absl::InvalidArgumentError("the manifest's kind is missing; give CHECKPOINT or OUTPUT");
  }
  std::set<std::string> paths;
  for (const v1::File& file : manifest.files()) {
    if (absl::Status status = CheckFile(file); !status.ok()) return status;
    if (!paths.insert(file.path()).second) {
      return absl::InvalidArgumentError(absl::StrCat("file ", file.path(), " is named twice"));
    }
  }
  return absl::OkStatus();
}

std::string IdOf(v1::Manifest manifest) {
  manifest.clear_artifact_id();
  manifest.clear_created_unix_seconds();
  return Sha256Hex(manifest.SerializeAsString());
}

v1::Manifest WithoutChunks(v1::Manifest manifest) {
  for (v1::File& file : *manifest.mutable_files()) file.clear_chunks();
  return manifest;
}

std::map<std::string, std::uint64_t> ChunkBytes(const v1::Manifest& manifest) {
  std::map<std::string, std::uint64_t> bytes;
  for (const v1::File& file : manifest.files()) {
    for (const v1::Chunk& chunk : file.chunks()) bytes[chunk.sha256()] = chunk.size();
  }
  return bytes;
}

std::uint64_t Sum(const std::map<std::string, std::uint64_t>& bytes) {
  std::uint64_t sum = 0;
  for (const auto& [sha256, size] : bytes) sum += size;
  return sum;
}

bool IsNewer(const v1::Manifest& a, const v1::Manifest& b) {
  return std::forward_as_tuple(a.created_unix_seconds(), a.step(), a.artifact_id()) >
         std::forward_as_tuple(b.created_unix_seconds(), b.step(), b.artifact_id());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArtifactCatalog>> ArtifactCatalog::Open(ArtifactStore& store) {
  std::unique_ptr<ArtifactCatalog> catalog(new ArtifactCatalog(store));
  absl::Status problem;
  absl::Status listed = store.ForEach([&](absl::string_view id, absl::string_view bytes) {
    v1::Manifest manifest;
    if (manifest.ParseFromArray(bytes.data(), bytes.size())) {
      problem.Update(catalog->Remember(manifest));
    } else {
      problem = absl::DataLossError(absl::StrCat("the manifest of artifact ", id, " cannot be read"));
    }
  });
  if (!problem.ok()) return problem;
  if (!listed.ok()) return listed;
  return catalog;
}

absl::Status ArtifactCatalog::Remember(const v1::Manifest& manifest) {
  const absl::StatusOr<bool> whole = store_.IsWhole(manifest.artifact_id());
  if (!whole.ok()) return whole.status();
  absl::MutexLock lock(&mutex_);
  by_id_[manifest.artifact_id()] = WithoutChunks(manifest);
  if (!*whole) set_aside_.insert(manifest.artifact_id());
  return absl::OkStatus();
}

void ArtifactCatalog::TakeBackWhole() {
  absl::MutexLock lock(&mutex_);
  std::erase_if(set_aside_, [&](const std::string& id) {
    const absl::StatusOr<bool> whole = store_.IsWhole(id);
    return whole.ok() && *whole;
  });
}

absl::StatusOr<std::string> ArtifactCatalog::Commit(v1::Manifest manifest, const v1::Checkpoint& rules,
                                                    absl::Time now) {
  if (absl::Status status = CheckManifest(manifest); !status.ok()) return status;
  manifest.set_artifact_id(IdOf(manifest));
  manifest.set_created_unix_seconds(absl::ToUnixSeconds(now));
  ArtifactRecord record{manifest.artifact_id(), manifest.SerializeAsString(), {}};
  for (const auto& [sha256, bytes] : ChunkBytes(manifest)) record.chunks.push_back(sha256);
  const bool is_checkpoint = manifest.kind() == v1::Manifest::CHECKPOINT;
  absl::MutexLock lock(&commit_mutex_);
  if (is_checkpoint) {
    if (absl::Status status = CheckRoom(manifest, rules, now); !status.ok()) return status;
  }
  if (absl::Status status = store_.Commit(record); !status.ok()) return status;
  Failpoint("checkpoint_committed");
  if (absl::Status status = Remember(manifest); !status.ok()) return status;
  TakeBackWhole();  // its chunks may be what others lacked
  if (!is_checkpoint) return manifest.artifact_id();
  for (const std::string& id : Superseded(CheckpointsOfTask(manifest.task_digest()), rules)) {
    // The new checkpoint is durable whatever becomes of the old ones: they are dropped with the next.
    if (absl::Status status = Drop(id, now); !status.ok()) Log(status.ToString());
    Failpoint("retention_dropped");
  }
  return manifest.artifact_id();
}

std::vector<std::string> ArtifactCatalog::Superseded(std::vector<v1::Manifest> checkpoints,
                                                     const v1::Checkpoint& rules) const {
  const auto damaged =
      std::stable_partition(checkpoints.begin(), checkpoints.end(),
                            [&](const v1::Manifest& at) { return !IsSetAside(at.artifact_id()); });
  std::vector<std::string> superseded = SupersededCheckpoints({checkpoints.begin(), damaged}, rules);
  for (auto at = damaged; at != checkpoints.end(); ++at) superseded.push_back(at->artifact_id());
  return superseded;
}

absl::Status ArtifactCatalog::CheckRoom(const v1::Manifest& manifest, const v1::Checkpoint& rules,
                                        absl::Time now) const {
  if (absl::Status status = CheckQuota(manifest, rules); !status.ok()) return status;
  const std::map<std::string, std::uint64_t> bytes = ChunkBytes(manifest);
  std::vector<std::string> digests;
  for (const auto& [sha256, size] : bytes) digests.push_back(sha256);
  const absl::StatusOr<std::vector<std::string>> missing = store_.Missing(digests, now);
  if (!missing.ok()) return missing.status();
  std::uint64_t missing_bytes = 0;
  for (const std::string& sha256 : *missing) missing_bytes += bytes.at(sha256);
  return store_.CheckFreeSpace(missing_bytes);
}

absl::Status ArtifactCatalog::CheckQuota(const v1::Manifest& manifest, const v1::Checkpoint& rules) const {
  if (!rules.has_quota_bytes()) return absl::OkStatus();
  std::vector<v1::Manifest> of_task = CheckpointsOfTask(manifest.task_digest());
  of_task.push_back(manifest);
  const std::vector<std::string> superseded = Superseded(std::move(of_task), rules);
  const std::set<std::string> going(superseded.begin(), superseded.end());
  std::map<std::string, std::uint64_t> held = ChunkBytes(manifest);
  for (const v1::Manifest& other :
       Checkpoints([&](const v1::Manifest& at) { return at.job_id() == manifest.job_id(); })) {
    if (going.contains(other.artifact_id())) continue;
    const absl::StatusOr<v1::Manifest> whole = Get(other.artifact_id());
    if (!whole.ok()) return whole.status();
    held.merge(ChunkBytes(*whole));
  }
  if (Sum(held) <= rules.quota_bytes()) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("spec.checkpoint.quota_bytes is ", rules.quota_bytes(), ", and with that of step ",
                   manifest.step(), " the job's checkpoints would hold ", Sum(held),
                   " bytes: raise it, or keep fewer (keep_latest, keep_best)"));
}

absl::StatusOr<v1::Manifest> ArtifactCatalog::Get(const std::string& artifact_id) const {
  absl::StatusOr<std::optional<std::string>> bytes = store_.GetManifest(artifact_id);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return absl::NotFoundError(absl::StrCat("no artifact ", artifact_id));
  v1::Manifest manifest;
  if (manifest.ParseFromString(**bytes)) return manifest;
  return absl::DataLossError(absl::StrCat("the manifest of artifact ", artifact_id, " cannot be read"));
}

std::vector<v1::Manifest> ArtifactCatalog::Checkpoints(
    const std::function<bool(const v1::Manifest&)>& wanted) const {
  absl::MutexLock lock(&mutex_);
  std::vector<v1::Manifest> found;
  for (const auto& [id, manifest] : by_id_) {
    if (manifest.kind() == v1::Manifest::CHECKPOINT && wanted(manifest)) found.push_back(manifest);
  }
  return found;
}

std::vector<v1::Manifest> ArtifactCatalog::CheckpointsOfTask(const std::string& task_digest) const {
  return Checkpoints([&](const v1::Manifest& at) { return at.task_digest() == task_digest; });
}

absl::StatusOr<v1::Manifest> ArtifactCatalog::LatestCheckpoint(const std::string& task_digest) const {
  std::vector<v1::Manifest> checkpoints = CheckpointsOfTask(task_digest);
  std::erase_if(checkpoints, [&](const v1::Manifest& at) { return IsSetAside(at.artifact_id()); });
  const auto newest = std::max_element(checkpoints.begin(), checkpoints.end(), IsOlderCheckpoint);
  if (newest != checkpoints.end()) return Get(newest->artifact_id());
  return absl::NotFoundError(absl::StrCat("no checkpoint of task ", task_digest));
}

bool ArtifactCatalog::IsSetAside(const std::string& artifact_id) const {
  absl::MutexLock lock(&mutex_);
  return set_aside_.contains(artifact_id);
}

bool ArtifactCatalog::Exists(const std::string& artifact_id) const {
  absl::MutexLock lock(&mutex_);
  return by_id_.contains(artifact_id) && !set_aside_.contains(artifact_id);
}

absl::StatusOr<std::vector<v1::Manifest>> ArtifactCatalog::SetAside(const std::string& damaged_sha256) {
  const absl::StatusOr<std::vector<std::string>> ids = store_.DropDamaged(damaged_sha256);
  if (!ids.ok()) return ids.status();
  absl::MutexLock lock(&mutex_);
  std::vector<v1::Manifest> artifacts;
  for (const std::string& id : *ids) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end()) continue;  // is being deleted
    set_aside_.insert(id);
    artifacts.push_back(known->second);
  }
  return artifacts;
}

absl::StatusOr<v1::ListArtifactsResponse> ArtifactCatalog::List(
    const v1::ListArtifactsRequest& request) const {
  std::uint32_t skip = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &skip)) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_token \"", request.page_token(), "\" is not one of ours"));
  }
  absl::MutexLock lock(&mutex_);
  std::vector<const v1::Manifest*> found;
  for (const auto& [id, manifest] : by_id_) {
    if (request.job_id().empty() || manifest.job_id() == request.job_id()) found.push_back(&manifest);
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return IsNewer(*a, *b); });
  const std::size_t page = request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kMaxPage);
  v1::ListArtifactsResponse response;
  for (std::size_t i = skip; i < found.size() && i < skip + page; ++i) *response.add_artifacts() = *found[i];
  if (skip + page < found.size()) response.set_next_page_token(absl::StrCat(skip + page));
  return response;
}

absl::Status ArtifactCatalog::DropCheckpoints(const std::string& task_digest, absl::Time now) {
  for (const v1::Manifest& checkpoint : CheckpointsOfTask(task_digest)) {
    if (absl::Status status = Drop(checkpoint.artifact_id(), now); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ArtifactCatalog::Drop(const std::string& artifact_id, absl::Time now) {
  if (absl::Status status = store_.Delete(artifact_id, now); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  by_id_.erase(artifact_id);
  set_aside_.erase(artifact_id);
  return absl::OkStatus();
}

}  // namespace rad
