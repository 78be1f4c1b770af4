// artifact_service.h: ArtifactService over the store. Writes need the fence of a running attempt; reads do
// not.
#pragma once

#include "coordinator/artifact_catalog.h"
#include "coordinator/clock.h"
#include "coordinator/coordinator.h"
#include "rad/v1/artifact.grpc.pb.h"
#include "storage/artifact_store.h"

namespace rad {

class ArtifactServiceImpl final : public v1::ArtifactService::Service {
 public:
  ArtifactServiceImpl(ArtifactStore& store, ArtifactCatalog& catalog, Coordinator& coordinator,
                      const Clock& clock)
      : store_(store), catalog_(catalog), coordinator_(coordinator), clock_(clock) {}

  grpc::Status MissingChunks(grpc::ServerContext*, const v1::MissingChunksRequest* request,
                             v1::MissingChunksResponse* response) override;
  grpc::Status PutChunk(grpc::ServerContext*, const v1::PutChunkRequest* request,
                        v1::PutChunkResponse*) override;
  grpc::Status Commit(grpc::ServerContext*, const v1::CommitRequest* request,
                      v1::CommitResponse* response) override;
  grpc::Status GetManifest(grpc::ServerContext*, const v1::GetManifestRequest* request,
                           v1::Manifest* response) override;
  grpc::Status GetChunk(grpc::ServerContext*, const v1::GetChunkRequest* request,
                        v1::GetChunkResponse* response) override;
  grpc::Status LatestCheckpoint(grpc::ServerContext*, const v1::LatestCheckpointRequest* request,
                                v1::Manifest* response) override;
  grpc::Status ListArtifacts(grpc::ServerContext*, const v1::ListArtifactsRequest* request,
                             v1::ListArtifactsResponse* response) override;
  grpc::Status VerifyArtifact(grpc::ServerContext* context, const v1::VerifyArtifactRequest* request,
                              v1::VerifyArtifactResponse* response) override;

 private:
  // As ArtifactStore::GetChunk; one found damaged is set aside and made known.
  absl::StatusOr<std::string> ReadChunk(const std::string& sha256);

  ArtifactStore& store_;
  ArtifactCatalog& catalog_;
  Coordinator& coordinator_;
  const Clock& clock_;
};

}  // namespace rad
