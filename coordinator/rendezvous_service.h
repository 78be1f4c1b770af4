// rendezvous_service.h: RendezvousService over the coordinator.
#pragma once

#include "coordinator/coordinator.h"
#include "rad/v1/rendezvous.grpc.pb.h"

namespace rad {

class RendezvousServiceImpl final : public v1::RendezvousService::Service {
 public:
  explicit RendezvousServiceImpl(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::Status SetKey(grpc::ServerContext*, const v1::SetKeyRequest* request, v1::SetKeyResponse*) override;
  grpc::Status GetKeys(grpc::ServerContext*, const v1::GetKeysRequest* request,
                       v1::GetKeysResponse* response) override;
  grpc::Status AddToKey(grpc::ServerContext*, const v1::AddToKeyRequest* request,
                        v1::AddToKeyResponse* response) override;
  grpc::Status DeleteKey(grpc::ServerContext*, const v1::DeleteKeyRequest* request,
                         v1::DeleteKeyResponse* response) override;

 private:
  Coordinator& coordinator_;
};

}  // namespace rad
