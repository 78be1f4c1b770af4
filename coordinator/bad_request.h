// bad_request.h: errors as gRPC carries them.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "coordinator/spec_violations.h"

namespace rad {

// INVALID_ARGUMENT with google.rpc.BadRequest in its details and the same in words in its message.
grpc::Status BadRequestStatus(const Violations& violations);

grpc::Status ToGrpc(const absl::Status& status);

}  // namespace rad
