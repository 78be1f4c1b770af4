#include "coordinator/cli/rpc/coordinator_client.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace rad::cli {
namespace {

constexpr int kMaxMessageBytes = 8 << 20;  // a chunk of 4 MiB fits with room

// Those that the message does not repeat itself.
std::string Violations(const grpc::Status& status) {
  google::rpc::Status details;
  std::string text;
  if (!details.ParseFromString(status.error_details())) return text;
  for (const auto& any : details.details()) {
    google::rpc::BadRequest bad_request;
    if (!any.UnpackTo(&bad_request)) continue;
    for (const auto& violation : bad_request.field_violations()) {
      if (absl::StrContains(status.error_message(), violation.description())) continue;
      absl::StrAppend(&text, "\n  ", violation.field(), ": ", violation.description());
    }
  }
  return text;
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // A coordinator that restarts is found again within a second or so.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A stream over a network that was cut ends as UNAVAILABLE instead of waiting for ever.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

absl::Status ToAbsl(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat(status.error_message(), Violations(status)));
}

CoordinatorClient::CoordinatorClient(std::string address, absl::Duration timeout)
    : address_(std::move(address)), timeout_(timeout) {
  const auto channel = Connect(address_);
  stubs_ = {v1::JobService::NewStub(channel), v1::ArtifactService::NewStub(channel),
            v1::SweepService::NewStub(channel), v1::BackupService::NewStub(channel)};
}

absl::Status CoordinatorClient::Explain(const grpc::Status& status) const {
  const absl::Status plain = ToAbsl(status);
  if (absl::IsUnavailable(plain)) {
    return absl::UnavailableError(absl::StrCat("cannot reach a coordinator at ", address_, " (",
                                               plain.message(),
                                               "); start one, or name it by --addr or RAD_ADDR"));
  }
  if (absl::IsDeadlineExceeded(plain)) {
    return absl::DeadlineExceededError(
        absl::StrCat("the coordinator at ", address_, " did not answer in time; --timeout gives it longer"));
  }
  return plain;
}

absl::StatusOr<v1::VersionResponse> CoordinatorClient::WaitUntilServing(absl::Time deadline) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(absl::ToChronoTime(deadline));
  v1::VersionResponse response;
  const grpc::Status status = jobs().Version(&context, v1::VersionRequest(), &response);
  if (!status.ok()) return Explain(status);
  return response;
}

}  // namespace rad::cli
