// sweep_service.h: SweepService over the coordinator: defaults and validation.
#pragma once

#include "coordinator/coordinator.h"
#include "rad/v1/sweep.grpc.pb.h"

namespace rad {

class SweepServiceImpl final : public v1::SweepService::Service {
 public:
  explicit SweepServiceImpl(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitSweepRequest* request,
                      v1::SweepStatus* response) override;
  grpc::Status Get(grpc::ServerContext*, const v1::GetSweepRequest* request,
                   v1::SweepStatus* response) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListSweepsRequest* request,
                    v1::ListSweepsResponse* response) override;
  grpc::Status Control(grpc::ServerContext*, const v1::ControlSweepRequest* request,
                       v1::SweepStatus* response) override;

 private:
  Coordinator& coordinator_;
};

}  // namespace rad
