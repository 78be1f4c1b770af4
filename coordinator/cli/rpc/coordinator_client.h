// coordinator_client.h: the coordinator's services, called with deadlines, answered with absl::Status.
// A failed call's message is the server's own, and for an unreachable one names the address and the remedy.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

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
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Jobs::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    return CallStub<Response>(*jobs_, method, request);
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Artifacts::*method)(grpc::ClientContext*, const Request&,
                                                                  Response*),
                                const Request& request) {
    return CallStub<Response>(*artifacts_, method, request);
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Sweeps::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                                const Request& request) {
    return CallStub<Response>(*sweeps_, method, request);
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Backups::*method)(grpc::ClientContext*, const Request&,
                                                                Response*),
                                const Request& request) {
    return CallStub<Response>(*backups_, method, request);
  }

  // For streams.
  Jobs& jobs() { return *jobs_; }
  const std::string& address() const { return address_; }
  absl::Status Explain(const grpc::Status& status) const;

  // Waits for the coordinator to answer, at most until `deadline`.
  absl::StatusOr<v1::VersionResponse> WaitUntilServing(absl::Time deadline);

 private:
  template <typename Response, typename Stub, typename Method, typename Request>
  absl::StatusOr<Response> CallStub(Stub& stub, Method method, const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return Explain(status);
    return response;
  }

  std::string address_;
  absl::Duration timeout_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<Artifacts> artifacts_;
  std::unique_ptr<Sweeps> sweeps_;
  std::unique_ptr<Backups> backups_;
};

}  // namespace rad::cli
