#include "coordinator/bad_request.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace rad {

namespace {

// gRPC peers take 8 KiB of trailing metadata; message and details each carry every violation.
constexpr std::size_t kMaxViolationBytes = 2500;

}  // namespace

grpc::Status BadRequestStatus(const Violations& violations) {
  google::rpc::BadRequest bad_request;
  std::string message = "the request is invalid:";
  std::size_t left = violations.list().size();
  for (const Violation& violation : violations.list()) {
    if (message.size() > kMaxViolationBytes) break;
    google::rpc::BadRequest::FieldViolation* field = bad_request.add_field_violations();
    field->set_field(violation.field);
    field->set_description(violation.description);
    absl::StrAppend(&message, "\n  ", violation.field, " ", violation.description);
    --left;
  }
  if (left > 0) absl::StrAppend(&message, "\n  and ", left, " more");
  google::rpc::Status details;
  details.set_code(grpc::StatusCode::INVALID_ARGUMENT);
  details.set_message("the request is invalid");
  details.add_details()->PackFrom(bad_request);
  return {grpc::StatusCode::INVALID_ARGUMENT, message, details.SerializeAsString()};
}

grpc::Status ToGrpc(const absl::Status& status) {
  // Both number their codes after google.rpc.Code.
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace rad
