#include "coordinator/artifact_service.h"

#include "absl/strings/str_cat.h"
#include "coordinator/bad_request.h"

namespace rad {
namespace {}  // namespace

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
  absl::StatusOr<Coordinator::FencedTask> task = coordinator_.CheckFence(request->fence());
  if (!task.ok()) return ToGrpc(task.status());
  return ToGrpc(store_.PutChunk(request->sha256(), request->data(), clock_.Wall()));
}

grpc::Status ArtifactServiceImpl::Commit(grpc::ServerContext*, const v1::CommitRequest* request,
                                         v1::CommitResponse* response) {
  absl::StatusOr<Coordinator::FencedTask> fenced = coordinator_.CheckFence(request->fence());
  if (!fenced.ok()) return ToGrpc(fenced.status());
  v1::Manifest manifest = request->manifest();
  if (manifest.task_digest() != fenced->task.digest()) {
    return {grpc::StatusCode::INVALID_ARGUMENT,
            absl::StrCat("manifest.task_digest is \"", manifest.task_digest(), "\"; the task's is ",
                         fenced->task.digest())};
  }
  manifest.set_job_id(fenced->task.job_id());
  manifest.set_stage(fenced->task.stage());
  absl::StatusOr<std::string> id = catalog_.Commit(std::move(manifest), fenced->keep_latest, clock_.Wall());
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
  absl::StatusOr<std::string> data = store_.GetChunk(request->sha256());
  if (!data.ok()) return ToGrpc(data.status());
  response->set_data(*std::move(data));
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
