// bad_request.h: errors, and results that may be errors, as gRPC carries them.
#pragma once

#include <grpcpp/support/status.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/spec_violations.h"

namespace rad {

// INVALID_ARGUMENT with google.rpc.BadRequest in its details and the same in words in its message.
grpc::Status BadRequestStatus(const Violations& violations);

grpc::Status ToGrpc(const absl::Status& status);

// The result as the call's response, or its error.
template <typename Message>
grpc::Status Reply(absl::StatusOr<Message> result, Message* response) {
  if (!result.ok()) return ToGrpc(result.status());
  *response = *std::move(result);
  return grpc::Status::OK;
}

}  // namespace rad
