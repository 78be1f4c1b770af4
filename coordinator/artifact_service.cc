#include "coordinator/artifact_service.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/bad_request.h"
#include "storage/sha256.h"

namespace rad {

grpc::Status ArtifactServiceImpl::MissingChunks(grpc::ServerContext*, const v1::MissingChunksRequest* request,
                                                v1::MissingChunksResponse* response) {
  absl::StatusOr<std::vector<std::string>> missing =
      store_.Missing({request->sha256().begin(), request->sha256().end()}, clock_.Wall());
  if (!missing.ok()) return ToGrpc(missing.status());
  for (std::string& digest : *missing) response->add_sha256(std::move(digest));
  return grpc::Status::OK;
}

grpc::Status ArtifactServiceImpl::PutChunk(grpc::ServerContext*, const v1::PutChunkRequest* request,
                                           v1::PutChunkResponse*) {
  absl::StatusOr<v1::Task> task = coordinator_.CheckFence(request->fence());
  if (!task.ok()) return ToGrpc(task.status());
  return ToGrpc(store_.PutChunk(request->sha256(), request->data(), clock_.Wall()));
}

grpc::Status ArtifactServiceImpl::Commit(grpc::ServerContext*, const v1::CommitRequest* request,
                                         v1::CommitResponse* response) {
  absl::StatusOr<v1::Task> task = coordinator_.CheckFence(request->fence());
  if (!task.ok()) return ToGrpc(task.status());
  v1::Manifest manifest = request->manifest();
  if (manifest.task_digest() != task->digest()) {
    return {grpc::StatusCode::INVALID_ARGUMENT,
            absl::StrCat("manifest.task_digest is \"", manifest.task_digest(), "\"; the task's is ",
                         task->digest())};
  }
  manifest.set_job_id(task->job_id());
  manifest.set_stage(task->stage());
  const bool is_checkpoint = manifest.kind() == v1::Manifest::CHECKPOINT;
  const std::uint64_t step = manifest.step();
  absl::StatusOr<std::string> id = catalog_.Commit(std::move(manifest), task->checkpoint(), clock_.Wall());
  if (is_checkpoint) coordinator_.NoteCheckpoint(request->fence(), step, id.status());
  if (!id.ok()) return ToGrpc(id.status());
  response->set_artifact_id(*id);
  return grpc::Status::OK;
}

grpc::Status ArtifactServiceImpl::GetManifest(grpc::ServerContext*, const v1::GetManifestRequest* request,
                                              v1::Manifest* response) {
  return Reply(catalog_.Get(request->artifact_id()), response);
}

grpc::Status ArtifactServiceImpl::GetChunk(grpc::ServerContext*, const v1::GetChunkRequest* request,
                                           v1::GetChunkResponse* response) {
  absl::StatusOr<std::string> data = ReadChunk(request->sha256());
  if (!data.ok()) return ToGrpc(data.status());
  response->set_data(*std::move(data));
  return grpc::Status::OK;
}

absl::StatusOr<std::string> ArtifactServiceImpl::ReadChunk(const std::string& sha256) {
  absl::StatusOr<std::string> data = store_.GetChunk(sha256);
  if (!absl::IsDataLoss(data.status())) return data;
  const absl::StatusOr<std::vector<v1::Manifest>> artifacts = catalog_.SetAside(sha256);
  if (!artifacts.ok()) return artifacts.status();
  if (!artifacts->empty()) coordinator_.NoteDamage(sha256, *artifacts);
  return data;
}

grpc::Status ArtifactServiceImpl::VerifyArtifact(grpc::ServerContext* context,
                                                 const v1::VerifyArtifactRequest* request,
                                                 v1::VerifyArtifactResponse* response) {
  const absl::StatusOr<v1::Manifest> manifest = catalog_.Get(request->artifact_id());
  if (!manifest.ok()) return ToGrpc(manifest.status());
  std::set<std::string> seen;
  for (const v1::File& file : manifest->files()) {
    for (const v1::Chunk& chunk : file.chunks()) {
      if (!seen.insert(chunk.sha256()).second) continue;
      if (context->IsCancelled()) return grpc::Status::CANCELLED;
      const absl::StatusOr<std::string> data = ReadChunk(chunk.sha256());
      const bool lost = absl::IsDataLoss(data.status()) || absl::IsNotFound(data.status());
      if (!data.ok() && !lost) return ToGrpc(data.status());
      response->set_chunks(response->chunks() + 1);
      if (data.ok()) response->set_bytes(response->bytes() + data->size());
      if (lost || Sha256Hex(*data) != chunk.sha256()) response->add_bad_sha256(chunk.sha256());
    }
  }
  return grpc::Status::OK;
}

grpc::Status ArtifactServiceImpl::LatestCheckpoint(grpc::ServerContext*,
                                                   const v1::LatestCheckpointRequest* request,
                                                   v1::Manifest* response) {
  return Reply(catalog_.LatestCheckpoint(request->task_digest()), response);
}

grpc::Status ArtifactServiceImpl::ListArtifacts(grpc::ServerContext*, const v1::ListArtifactsRequest* request,
                                                v1::ListArtifactsResponse* response) {
  return Reply(catalog_.List(*request), response);
}

}  // namespace rad
