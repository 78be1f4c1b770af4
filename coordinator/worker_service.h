// worker_service.h: WorkerService over the coordinator. Sessions use gRPC's callback API: a worker costs a
// few kilobytes, not a thread.
#pragma once

#include "coordinator/coordinator.h"
#include "rad/v1/worker.grpc.pb.h"

namespace rad {

class WorkerServiceImpl final : public v1::WorkerService::CallbackService {
 public:
  explicit WorkerServiceImpl(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* context, const v1::RegisterRequest* request,
                                     v1::RegisterResponse* response) override;
  grpc::ServerBidiReactor<v1::WorkerMessage, v1::Directive>* Session(
      grpc::CallbackServerContext* context) override;

 private:
  Coordinator& coordinator_;
};

}  // namespace rad
