// artifact_client.h: moves folders to and from the coordinator's store. Calls wait out a restart of the
// coordinator, each up to the policy's patience. Thread-compatible.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/artifact.grpc.pb.h"
#include "worker/tasks/rpc_retry.h"

namespace rad {

class ArtifactClient {
 public:
  ArtifactClient(const std::shared_ptr<grpc::Channel>& channel, v1::Fence fence, RetryPolicy policy)
      : stub_(v1::ArtifactService::NewStub(channel)), fence_(std::move(fence)), policy_(std::move(policy)) {}

  // Stores the files of `folder` under `manifest` (all but its files filled in) and returns the artifact's
  // id. Chunks that the store has are not sent, and none where there is no room for the artifact
  // (RESOURCE_EXHAUSTED). On an error the artifact does not exist; ABORTED: this attempt was replaced.
  absl::StatusOr<std::string> Upload(const std::filesystem::path& folder, v1::Manifest manifest);

  absl::StatusOr<v1::Manifest> GetManifest(const std::string& artifact_id);
  // nullopt when the task has no checkpoint.
  absl::StatusOr<std::optional<v1::Manifest>> LatestCheckpoint(const std::string& task_digest);

  // Writes the manifest's files below `folder`, which is made; every chunk is checked. On an error the folder
  // holds an unknown part of them.
  absl::Status Download(const v1::Manifest& manifest, const std::filesystem::path& folder);

 private:
  absl::Status PutMissing(const std::filesystem::path& folder, const v1::Manifest& manifest,
                          bool& none_missing);
  absl::StatusOr<v1::MissingChunksResponse> MissingChunks(const v1::Manifest& manifest);
  absl::Status PutChunk(const std::string& sha256, std::string bytes);
  absl::Status FetchFile(const v1::File& file, const std::filesystem::path& folder);
  absl::StatusOr<std::string> FetchChunk(const v1::Chunk& chunk);

  std::unique_ptr<v1::ArtifactService::Stub> stub_;
  const v1::Fence fence_;
  const RetryPolicy policy_;
};

}  // namespace rad
