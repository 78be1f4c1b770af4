#include "worker/agent/coordinator_link.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "worker/agent/log.h"
#include "worker/wire/monotonic.h"

namespace rad {
namespace {

constexpr absl::Duration kRegisterDeadline = absl::Seconds(5);
// Well below the shortest sensible lease: a coordinator that restarts finds its workers back within one.
constexpr absl::Duration kFirstRetry = absl::Milliseconds(200), kSlowestRetry = absl::Seconds(2);
constexpr absl::Duration kFarewell = absl::Seconds(2);
constexpr std::size_t kMaxQueuedMessages = 32;

}  // namespace

struct CoordinatorLink::Registering {
  grpc::ClientContext context;
  v1::RegisterResponse response;
};

CoordinatorLink::CoordinatorLink(EventLoop& loop, std::shared_ptr<grpc::Channel> channel,
                                 v1::RegisterRequest registration, LinkEvents events)
    : loop_(loop),
      stub_(v1::WorkerService::NewStub(std::move(channel))),
      registration_(std::move(registration)),
      events_(std::move(events)),
      backoff_(kFirstRetry, kSlowestRetry) {}

void CoordinatorLink::Connect() {
  if (worker_id_.empty()) {
    Register();
  } else {
    OpenSession();
  }
}

void CoordinatorLink::Register() {
  registering_ = std::make_shared<Registering>();
  registering_->context.set_deadline(absl::ToChronoTime(absl::Now() + kRegisterDeadline));
  // The call's context may be the last that holds the channel, which gRPC's own thread cannot take down: it
  // goes to the loop, whole.
  stub_->async()->Register(
      &registering_->context, &registration_, &registering_->response,
      [this, call = registering_](const grpc::Status& status) mutable {
        loop_.Post([this, call = std::move(call), status] { Registered(status, call->response); });
      });
}

void CoordinatorLink::Registered(const grpc::Status& status, const v1::RegisterResponse& response) {
  registering_.reset();
  if (EndIfClosing()) return;
  if (status.error_code() == grpc::StatusCode::FAILED_PRECONDITION ||
      status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) {
    return events_.refused(absl::FailedPreconditionError(status.error_message()));
  }
  if (!status.ok()) return RetryLater(status);
  worker_id_ = response.worker_id();
  lease_ = absl::Seconds(std::max(response.lease_seconds(), 1u));
  Log(absl::StrCat("registered as ", worker_id_, ", lease ", absl::FormatDuration(lease_)));
  OpenSession();
}

void CoordinatorLink::OpenSession() {
  session_ = Session::Open(*stub_, loop_,
                           {.directive =
                                [this](const v1::Directive& directive) {
                                  Heard();
                                  if (directive.has_renewed()) return Renewed();
                                  events_.directive(directive);
                                },
                            .ended = [this](const grpc::Status& status) { SessionEnded(status); }});
  last_heard_ = MonotonicNow();
  guard_.Open(lease_);
  events_.opened();
  Beat();
}

void CoordinatorLink::SessionEnded(const grpc::Status& status) {
  session_.reset();
  loop_.Cancel(beat_timer_);
  if (EndIfClosing()) return;
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) worker_id_.clear();
  events_.broken();
  RetryLater(status);
}

void CoordinatorLink::RetryLater(const grpc::Status& status) {
  const absl::Duration delay = backoff_.Next(random_);
  Log(absl::StrCat("no coordinator: ", status.ok() ? "it ended the session" : status.error_message(),
                   "; trying again in ", absl::FormatDuration(absl::Trunc(delay, absl::Milliseconds(1)))));
  retry_timer_ = loop_.After(delay, [this] { Connect(); });
}

void CoordinatorLink::Heard() {
  last_heard_ = MonotonicNow();
  backoff_.Reset();
}

void CoordinatorLink::Renewed() {
  guard_.Answered();
  loop_.Cancel(lease_timer_);
  lease_timer_ =
      loop_.After(guard_.StopAt() - MonotonicNow(), [this] { events_.lease_ends(guard_.Grace()); });
}

void CoordinatorLink::Beat() {
  if (MonotonicNow() - last_heard_ > lease_) {
    Log("the coordinator has been silent for a whole lease");
    return session_->Cancel();
  }
  SendHeartbeat();
  beat_timer_ = loop_.After(lease_ / 3, [this] { Beat(); });
}

void CoordinatorLink::SendHeartbeat() {
  if (!session_) return;
  guard_.Sent(MonotonicNow());
  v1::WorkerMessage message;
  *message.mutable_heartbeat() = events_.heartbeat();
  Send(std::move(message));
}

void CoordinatorLink::Send(v1::WorkerMessage message) {
  if (!session_) return;
  message.set_worker_id(worker_id_);
  session_->Send(std::move(message));
}

bool CoordinatorLink::HoldsLease() const { return guard_.Holds(MonotonicNow()); }

bool CoordinatorLink::Ready() const { return session_ && session_->queued() < kMaxQueuedMessages; }

void CoordinatorLink::Close(std::function<void()> closed) {
  closed_ = std::move(closed);
  loop_.Cancel(retry_timer_);
  loop_.Cancel(lease_timer_);
  if (registering_) registering_->context.TryCancel();
  if (session_) {
    session_->Finish();
    loop_.After(kFarewell, [session = session_] { session->Cancel(); });
  }
  if (!registering_ && !session_) EndIfClosing();
}

bool CoordinatorLink::EndIfClosing() {
  if (!closed_) return false;
  closed_();
  return true;
}

}  // namespace rad
