#include "coordinator/artifact_catalog.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "coordinator/log.h"
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
      catalog->Remember(manifest);
    } else {
      problem = absl::DataLossError(absl::StrCat("the manifest of artifact ", id, " cannot be read"));
    }
  });
  if (!problem.ok()) return problem;
  if (!listed.ok()) return listed;
  return catalog;
}

void ArtifactCatalog::Remember(const v1::Manifest& manifest) {
  absl::MutexLock lock(&mutex_);
  by_id_[manifest.artifact_id()] = WithoutChunks(manifest);
}

absl::StatusOr<std::string> ArtifactCatalog::Commit(v1::Manifest manifest, std::uint32_t keep_latest,
                                                    absl::Time now) {
  if (absl::Status status = CheckManifest(manifest); !status.ok()) return status;
  manifest.set_artifact_id(IdOf(manifest));
  manifest.set_created_unix_seconds(absl::ToUnixSeconds(now));
  ArtifactRecord record{manifest.artifact_id(), manifest.SerializeAsString(), {}};
  for (const v1::File& file : manifest.files()) {
    for (const v1::Chunk& chunk : file.chunks()) record.chunks.push_back(chunk.sha256());
  }
  if (absl::Status status = store_.Commit(record); !status.ok()) return status;
  Remember(manifest);
  if (manifest.kind() != v1::Manifest::CHECKPOINT) return manifest.artifact_id();
  const std::vector<std::string> checkpoints = CheckpointsOf(manifest.task_digest());
  for (std::size_t i = 0; i + std::max(1u, keep_latest) < checkpoints.size(); ++i) {
    // The new checkpoint is durable whatever becomes of the old ones: they are dropped with the next.
    if (absl::Status status = Drop(checkpoints[i], now); !status.ok()) Log(status.ToString());
  }
  return manifest.artifact_id();
}

absl::StatusOr<v1::Manifest> ArtifactCatalog::Get(const std::string& artifact_id) const {
  absl::StatusOr<std::optional<std::string>> bytes = store_.GetManifest(artifact_id);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return absl::NotFoundError(absl::StrCat("no artifact ", artifact_id));
  v1::Manifest manifest;
  if (manifest.ParseFromString(**bytes)) return manifest;
  return absl::DataLossError(absl::StrCat("the manifest of artifact ", artifact_id, " cannot be read"));
}

std::vector<std::string> ArtifactCatalog::CheckpointsOf(const std::string& task_digest) const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::pair<std::uint64_t, std::string>> found;
  for (const auto& [id, manifest] : by_id_) {
    const bool matches = manifest.kind() == v1::Manifest::CHECKPOINT && manifest.task_digest() == task_digest;
    if (matches) found.emplace_back(manifest.step(), id);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> ids;
  for (auto& [step, id] : found) ids.push_back(std::move(id));
  return ids;
}

absl::StatusOr<v1::Manifest> ArtifactCatalog::LatestCheckpoint(const std::string& task_digest) const {
  const std::vector<std::string> checkpoints = CheckpointsOf(task_digest);
  if (checkpoints.empty()) return absl::NotFoundError(absl::StrCat("no checkpoint of task ", task_digest));
  return Get(checkpoints.back());
}

bool ArtifactCatalog::Exists(const std::string& artifact_id) const {
  absl::MutexLock lock(&mutex_);
  return by_id_.contains(artifact_id);
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
  for (const std::string& id : CheckpointsOf(task_digest)) {
    if (absl::Status status = Drop(id, now); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ArtifactCatalog::Drop(const std::string& artifact_id, absl::Time now) {
  if (absl::Status status = store_.Delete(artifact_id, now); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  by_id_.erase(artifact_id);
  return absl::OkStatus();
}

}  // namespace rad
