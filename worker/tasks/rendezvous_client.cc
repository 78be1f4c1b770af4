#include "worker/tasks/rendezvous_client.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "worker/wire/monotonic.h"

namespace rad {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(2);  // of one call: how soon a stop is noticed

}  // namespace

absl::Status RendezvousClient::Set(const std::string& key, const std::string& value) {
  v1::SetKeyRequest request;
  *request.mutable_fence() = fence_;
  request.set_key(key);
  request.set_value(value);
  return CallWithRetry("leaving a key for the other ranks", policy_, [&](grpc::ClientContext& context) {
    v1::SetKeyResponse response;
    return stub_->SetKey(&context, request, &response);
  });
}

absl::StatusOr<std::vector<std::string>> RendezvousClient::Get(const std::vector<std::string>& keys,
                                                               absl::Duration timeout) {
  const absl::Time end = MonotonicNow() + timeout;
  v1::GetKeysRequest request;
  *request.mutable_fence() = fence_;
  *request.mutable_keys() = {keys.begin(), keys.end()};
  while (true) {
    if (policy_.stop()) return absl::CancelledError("told to stop while waiting for the other ranks");
    const absl::Duration left = std::clamp(end - MonotonicNow(), absl::ZeroDuration(), kLongestWait);
    request.set_wait_millis(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(left)));
    v1::GetKeysResponse response;
    absl::Status status = CallWithRetry(
        "waiting for the other ranks", policy_,
        [&](grpc::ClientContext& context) { return stub_->GetKeys(&context, request, &response); });
    if (!status.ok()) return status;
    if (response.values_size() == static_cast<int>(keys.size()))
      return std::vector<std::string>(response.values().begin(), response.values().end());
    if (MonotonicNow() >= end) {
      return absl::DeadlineExceededError(absl::StrCat("no rank left ", absl::StrJoin(keys, ", "), " within ",
                                                      absl::FormatDuration(timeout)));
    }
  }
}

absl::StatusOr<std::int64_t> RendezvousClient::Add(const std::string& key, std::int64_t amount) {
  v1::AddToKeyRequest request;
  *request.mutable_fence() = fence_;
  request.set_key(key);
  request.set_amount(amount);
  v1::AddToKeyResponse response;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + policy_.per_try));
  const grpc::Status status = stub_->AddToKey(&context, request, &response);
  if (status.ok()) return response.sum();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat("counting with the other ranks: ", status.error_message()));
}

absl::StatusOr<bool> RendezvousClient::Delete(const std::string& key) {
  v1::DeleteKeyRequest request;
  *request.mutable_fence() = fence_;
  request.set_key(key);
  v1::DeleteKeyResponse response;
  absl::Status status = CallWithRetry("removing a key", policy_, [&](grpc::ClientContext& context) {
    return stub_->DeleteKey(&context, request, &response);
  });
  if (!status.ok()) return status;
  return response.existed();
}

}  // namespace rad
