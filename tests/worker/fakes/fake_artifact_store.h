// An ArtifactService in memory that keeps its contract, counts what is asked of it and fails when told to.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "rad/v1/artifact.grpc.pb.h"

namespace rad {

class FakeArtifactStore final : public v1::ArtifactService::Service {
 public:
  grpc::Status MissingChunks(grpc::ServerContext*, const v1::MissingChunksRequest*,
                             v1::MissingChunksResponse*) override;
  grpc::Status PutChunk(grpc::ServerContext*, const v1::PutChunkRequest*, v1::PutChunkResponse*) override;
  grpc::Status Commit(grpc::ServerContext*, const v1::CommitRequest*, v1::CommitResponse*) override;
  grpc::Status GetManifest(grpc::ServerContext*, const v1::GetManifestRequest*, v1::Manifest*) override;
  grpc::Status GetChunk(grpc::ServerContext*, const v1::GetChunkRequest*, v1::GetChunkResponse*) override;
  grpc::Status LatestCheckpoint(grpc::ServerContext*, const v1::LatestCheckpointRequest*,
                                v1::Manifest*) override;

  void FailNextCalls(int count, grpc::Status status);  // any call
  void DamageNextChunks(int count);                    // of those fetched
  void ForgetChunk(const std::string& sha256);
  void DamageStoredChunk(const std::string& sha256);  // what names it is set aside once somebody asks for it
  void RefuseFence() { refuse_fence_ = true; }
  int puts() const { return puts_; }
  int gets() const { return gets_; }
  std::vector<v1::Manifest> manifests();  // in the order of their commits

 private:
  bool Fails(grpc::Status& status);
  bool IsSetAside(const v1::Manifest& manifest) const;

  absl::Mutex mutex_;
  std::map<std::string, std::string> chunks_;
  std::vector<v1::Manifest> manifests_;
  std::set<std::string> damaged_, found_damaged_;
  int failures_ = 0;
  grpc::Status failure_;
  int damages_ = 0;
  std::atomic<bool> refuse_fence_ = false;
  std::atomic<int> puts_ = 0, gets_ = 0;
};

}  // namespace rad
