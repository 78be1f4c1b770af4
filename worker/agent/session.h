// session.h: one open stream to the coordinator, in gRPC's callback form: gRPC's threads only pass what
// happens to the event loop, and Send never blocks it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rad/v1/worker.grpc.pb.h"
#include "worker/agent/event_loop.h"

namespace rad {

struct SessionEvents {  // all on the loop's thread
  std::function<void(const v1::Directive&)> directive;
  std::function<void(const grpc::Status&)> ended;  // exactly once, and last
};

class Session final : public grpc::ClientBidiReactor<v1::WorkerMessage, v1::Directive> {
 public:
  // The loop must run until `ended`.
  static std::shared_ptr<Session> Open(v1::WorkerService::Stub& stub, EventLoop& loop, SessionEvents events);

  // In order; silently dropped once the stream is broken, as `ended` is then on its way.
  void Send(v1::WorkerMessage message) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the stream after what was sent.
  void Finish() ABSL_LOCKS_EXCLUDED(mutex_);
  void Cancel() { context_.TryCancel(); }
  // Messages not yet handed to the network: how far the coordinator is behind.
  std::size_t queued() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Session(EventLoop& loop, SessionEvents events) : loop_(loop), events_(std::move(events)) {}
  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone(const grpc::Status& status) override;

  EventLoop& loop_;
  const SessionEvents events_;
  grpc::ClientContext context_;
  v1::Directive incoming_;
  std::shared_ptr<Session> self_;  // until OnDone
  mutable absl::Mutex mutex_;
  std::deque<v1::WorkerMessage> outgoing_ ABSL_GUARDED_BY(mutex_);  // the front is being written
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rad
