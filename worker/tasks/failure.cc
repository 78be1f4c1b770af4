#include "worker/tasks/failure.h"

#include "worker/wire/valid_utf8.h"

namespace rad {
namespace {

v1::TaskFailure::Reason ReasonOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
      return v1::TaskFailure::INVALID;
    case absl::StatusCode::kCancelled:
      return v1::TaskFailure::CANCELLED;
    default:
      return v1::TaskFailure::FAILED;
  }
}

}  // namespace

v1::TaskFailure FailureOf(const absl::Status& status) {
  v1::TaskFailure failure;
  failure.set_reason(ReasonOf(status.code()));
  failure.set_message(ValidUtf8(std::string(status.message())));
  return failure;
}

}  // namespace rad
