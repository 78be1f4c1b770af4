// failure.h: how a task's error becomes the coordinator's: retry, give up, or nothing wrong.
#pragma once

#include "absl/status/status.h"
#include "rad/v1/worker.pb.h"

namespace rad {

// INVALID for what no retry can mend (INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION), CANCELLED for what
// was stopped, FAILED for the rest.
v1::TaskFailure FailureOf(const absl::Status& status);

}  // namespace rad
