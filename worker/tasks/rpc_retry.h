// rpc_retry.h: how an executor waits for a coordinator that is restarting.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rad {

struct RetryPolicy {
  absl::Duration patience = absl::Minutes(2);         // for one call, all tries together
  absl::Duration per_try = absl::Seconds(30);         // 4 MiB at 140 kB/s
  std::function<bool()> stop = [] { return false; };  // ends the waiting: CANCELLED
};

// Calls until the answer is something other than UNAVAILABLE or DEADLINE_EXCEEDED, or the patience is spent.
// `what` names the call in the error.
absl::Status CallWithRetry(absl::string_view what, const RetryPolicy& policy,
                           const std::function<grpc::Status(grpc::ClientContext&)>& call);

}  // namespace rad
