#include "worker/agent/session.h"

#include <utility>

namespace rad {

std::shared_ptr<Session> Session::Open(v1::WorkerService::Stub& stub, EventLoop& loop, SessionEvents events) {
  std::shared_ptr<Session> session(new Session(loop, std::move(events)));
  session->self_ = session;
  stub.async()->Session(&session->context_, session.get());
  session->AddHold();  // the loop's thread writes, not only gRPC's reactions
  session->StartRead(&session->incoming_);
  session->StartCall();
  return session;
}

void Session::Send(v1::WorkerMessage message) {
  absl::MutexLock lock(&mutex_);
  if (!open_ || finishing_) return;
  outgoing_.push_back(std::move(message));
  if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
}

void Session::Finish() {
  absl::MutexLock lock(&mutex_);
  if (!open_ || finishing_) return;
  finishing_ = true;
  if (outgoing_.empty()) StartWritesDone();
}

std::size_t Session::queued() const {
  absl::MutexLock lock(&mutex_);
  return outgoing_.size();
}

void Session::OnReadDone(bool ok) {
  if (ok) {
    loop_.Post([self = self_, directive = incoming_] { self->events_.directive(directive); });
    StartRead(&incoming_);
    return;
  }
  {
    absl::MutexLock lock(&mutex_);
    open_ = false;
  }
  RemoveHold();
}

void Session::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  outgoing_.pop_front();
  if (!ok || !open_) return;  // the read ends too, and with it the session
  if (!outgoing_.empty()) {
    StartWrite(&outgoing_.front());
  } else if (finishing_) {
    StartWritesDone();
  }
}

void Session::OnDone(const grpc::Status& status) {
  loop_.Post([self = std::exchange(self_, nullptr), status] { self->events_.ended(status); });
}

}  // namespace rad
