// coordinator_client.h: the coordinator's services, called with deadlines, answered with absl::Status.
// A failed call's message is the server's own, and for an unreachable one names the address and the remedy.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rad/v1/artifact.grpc.pb.h"
#include "rad/v1/backup.grpc.pb.h"
#include "rad/v1/service.grpc.pb.h"
#include "rad/v1/sweep.grpc.pb.h"

namespace rad::cli {

using Jobs = v1::JobService::StubInterface;
using Artifacts = v1::ArtifactService::StubInterface;
using Sweeps = v1::SweepService::StubInterface;
using Backups = v1::BackupService::StubInterface;

// The codes of gRPC and Abseil are the same numbers. Fields that google.rpc.BadRequest names follow the
// message, one a line.
absl::Status ToAbsl(const grpc::Status& status);

class CoordinatorClient {
 public:
  // Does not connect yet. `timeout` is of each call that is not a stream.
  CoordinatorClient(std::string address, absl::Duration timeout);

  // client.Call(&Jobs::Get, request)
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                                Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
    Response response;
    const grpc::Status status = (Stub<Service>().*method)(&context, request, &response);
    if (!status.ok()) return Explain(status);
    return response;
  }

  // For streams.
  Jobs& jobs() { return Stub<Jobs>(); }
  const std::string& address() const { return address_; }
  absl::Status Explain(const grpc::Status& status) const;

  // Waits for the coordinator to answer, at most until `deadline`.
  absl::StatusOr<v1::VersionResponse> WaitUntilServing(absl::Time deadline);

 private:
  template <typename Service>
  Service& Stub() {
    return *std::get<std::unique_ptr<Service>>(stubs_);
  }

  std::string address_;
  absl::Duration timeout_;
  std::tuple<std::unique_ptr<Jobs>, std::unique_ptr<Artifacts>, std::unique_ptr<Sweeps>,
             std::unique_ptr<Backups>>
      stubs_;
};

}  // namespace rad::cli
