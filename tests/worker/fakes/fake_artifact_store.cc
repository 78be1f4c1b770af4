#include "tests/worker/fakes/fake_artifact_store.h"

#include "worker/model/sha256.h"

namespace rad {

using grpc::Status;
using grpc::StatusCode;

bool FakeArtifactStore::Fails(Status& status) {
  if (failures_ == 0) return false;
  --failures_;
  status = failure_;
  return true;
}

Status FakeArtifactStore::MissingChunks(grpc::ServerContext*, const v1::MissingChunksRequest* request,
                                        v1::MissingChunksResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (Status status; Fails(status)) return status;
  for (const std::string& sha256 : request->sha256()) {
    if (!chunks_.contains(sha256)) response->add_sha256(sha256);
  }
  return Status::OK;
}

Status FakeArtifactStore::PutChunk(grpc::ServerContext*, const v1::PutChunkRequest* request,
                                   v1::PutChunkResponse*) {
  absl::MutexLock lock(&mutex_);
  if (Status status; Fails(status)) return status;
  if (refuse_fence_) return {StatusCode::FAILED_PRECONDITION, "the fence is stale"};
  if (Sha256Hex(request->data()) != request->sha256()) return {StatusCode::INVALID_ARGUMENT, "another chunk"};
  ++puts_;
  chunks_[request->sha256()] = request->data();
  return Status::OK;
}

Status FakeArtifactStore::Commit(grpc::ServerContext*, const v1::CommitRequest* request,
                                 v1::CommitResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (Status status; Fails(status)) return status;
  if (refuse_fence_) return {StatusCode::FAILED_PRECONDITION, "the fence is stale"};
  for (const v1::File& file : request->manifest().files()) {
    for (const v1::Chunk& chunk : file.chunks()) {
      if (!chunks_.contains(chunk.sha256())) return {StatusCode::FAILED_PRECONDITION, "a chunk is missing"};
    }
  }
  v1::Manifest manifest = request->manifest();
  manifest.set_artifact_id(Sha256Hex(manifest.SerializeAsString()));
  manifests_.push_back(manifest);
  response->set_artifact_id(manifest.artifact_id());
  return Status::OK;
}

Status FakeArtifactStore::GetManifest(grpc::ServerContext*, const v1::GetManifestRequest* request,
                                      v1::Manifest* manifest) {
  absl::MutexLock lock(&mutex_);
  if (Status status; Fails(status)) return status;
  for (const v1::Manifest& known : manifests_) {
    if (known.artifact_id() != request->artifact_id()) continue;
    *manifest = known;
    return Status::OK;
  }
  return {StatusCode::NOT_FOUND, "no such artifact"};
}

Status FakeArtifactStore::GetChunk(grpc::ServerContext*, const v1::GetChunkRequest* request,
                                   v1::GetChunkResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (Status status; Fails(status)) return status;
  ++gets_;
  if (damaged_.contains(request->sha256())) {
    found_damaged_.insert(request->sha256());
    return {StatusCode::DATA_LOSS, "the chunk is damaged"};
  }
  const auto found = chunks_.find(request->sha256());
  if (found == chunks_.end()) return {StatusCode::NOT_FOUND, "no such chunk"};
  response->set_data(found->second);
  if (damages_ > 0) {
    --damages_;
    (*response->mutable_data())[0] ^= 1;
  }
  return Status::OK;
}

Status FakeArtifactStore::LatestCheckpoint(grpc::ServerContext*, const v1::LatestCheckpointRequest* request,
                                           v1::Manifest* manifest) {
  absl::MutexLock lock(&mutex_);
  if (Status status; Fails(status)) return status;
  for (auto known = manifests_.rbegin(); known != manifests_.rend(); ++known) {
    if (known->kind() != v1::Manifest::CHECKPOINT || known->task_digest() != request->task_digest()) continue;
    if (IsSetAside(*known)) continue;
    *manifest = *known;
    return Status::OK;
  }
  return {StatusCode::NOT_FOUND, "no checkpoint"};
}

void FakeArtifactStore::FailNextCalls(int count, Status status) {
  absl::MutexLock lock(&mutex_);
  failures_ = count;
  failure_ = std::move(status);
}

void FakeArtifactStore::DamageNextChunks(int count) {
  absl::MutexLock lock(&mutex_);
  damages_ = count;
}

void FakeArtifactStore::ForgetChunk(const std::string& sha256) {
  absl::MutexLock lock(&mutex_);
  chunks_.erase(sha256);
}

void FakeArtifactStore::DamageStoredChunk(const std::string& sha256) {
  absl::MutexLock lock(&mutex_);
  damaged_.insert(sha256);
}

bool FakeArtifactStore::IsSetAside(const v1::Manifest& manifest) const {
  for (const v1::File& file : manifest.files()) {
    for (const v1::Chunk& chunk : file.chunks()) {
      if (found_damaged_.contains(chunk.sha256())) return true;
    }
  }
  return false;
}

std::vector<v1::Manifest> FakeArtifactStore::manifests() {
  absl::MutexLock lock(&mutex_);
  return manifests_;
}

}  // namespace rad
