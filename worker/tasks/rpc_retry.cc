#include "worker/tasks/rpc_retry.h"

#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "worker/wire/backoff.h"
#include "worker/wire/monotonic.h"

namespace rad {
namespace {

constexpr absl::Duration kFirstWait = absl::Milliseconds(100), kLongestWait = absl::Seconds(2);
constexpr absl::Duration kStopCheck = absl::Milliseconds(100);

bool WorthRetrying(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
}

// False when told to stop meanwhile.
bool WaitUnlessStopped(absl::Duration wait, const RetryPolicy& policy) {
  for (; wait > absl::ZeroDuration(); wait -= kStopCheck) {
    if (policy.stop()) return false;
    absl::SleepFor(std::min(wait, kStopCheck));
  }
  return !policy.stop();
}

}  // namespace

absl::Status CallWithRetry(absl::string_view what, const RetryPolicy& policy,
                           const std::function<grpc::Status(grpc::ClientContext&)>& call) {
  absl::BitGen random;
  Backoff backoff(kFirstWait, kLongestWait);
  const absl::Time end = MonotonicNow() + policy.patience;
  while (true) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + std::min(policy.per_try, end - MonotonicNow())));
    const grpc::Status status = call(context);
    if (status.ok()) return absl::OkStatus();
    const std::string message = absl::StrCat(what, ": ", status.error_message());
    if (!WorthRetrying(status))
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()), message);
    const absl::Duration wait = backoff.Next(random);
    if (MonotonicNow() + wait >= end) {
      return absl::UnavailableError(
          absl::StrCat(message, "; gave up after ", absl::FormatDuration(policy.patience)));
    }
    if (!WaitUnlessStopped(wait, policy)) return absl::CancelledError(absl::StrCat(what, ": told to stop"));
  }
}

}  // namespace rad
