#include "coordinator/worker_service.h"

#include <deque>
#include <memory>

#include "coordinator/bad_request.h"

namespace rad {
namespace {

using Reactor = grpc::ServerBidiReactor<v1::WorkerMessage, v1::Directive>;

// Directives on their way to one worker. Shared by the coordinator, which outlives sessions, and the session,
// which gRPC ends when it likes: whoever comes second finds the other gone.
class Outbox final : public DirectiveSink {
 public:
  explicit Outbox(Reactor* reactor) : reactor_(reactor) {}

  void Send(const v1::Directive& directive) override {
    absl::MutexLock lock(&mutex_);
    if (reactor_ == nullptr || finished_) return;
    queue_.push_back(directive);
    if (queue_.size() == 1) reactor_->StartWrite(&queue_.front());
  }

  void Close(const absl::Status& status) override { Finish(ToGrpc(status)); }

  void Finish(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    if (reactor_ == nullptr || finished_) return;
    finished_ = true;
    reactor_->Finish(status);
  }

  // The front of the queue was written, or never will be.
  void Written(bool ok) {
    absl::MutexLock lock(&mutex_);
    queue_.pop_front();
    if (ok && !queue_.empty() && !finished_) reactor_->StartWrite(&queue_.front());
  }

  void Forget() {
    absl::MutexLock lock(&mutex_);
    reactor_ = nullptr;
  }

 private:
  absl::Mutex mutex_;
  Reactor* reactor_ ABSL_GUARDED_BY(mutex_);
  std::deque<v1::Directive> queue_ ABSL_GUARDED_BY(mutex_);  // the front is being written
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

// The first message says who speaks; from then on the session belongs to that worker.
class SessionReactor final : public Reactor {
 public:
  SessionReactor(Coordinator& coordinator, grpc::CallbackServerContext& context)
      : coordinator_(coordinator), context_(context), outbox_(std::make_shared<Outbox>(this)) {
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End();
    absl::Status status = Introduce();
    if (status.ok()) status = coordinator_.Receive(message_, outbox_.get());
    if (!status.ok()) return outbox_->Finish(ToGrpc(status));
    StartRead(&message_);
  }

  void OnWriteDone(bool ok) override { outbox_->Written(ok); }

  void OnDone() override {
    outbox_->Forget();
    if (!worker_id_.empty()) coordinator_.Detach(worker_id_, outbox_.get(), /*departed=*/false);
    delete this;
  }

 private:
  absl::Status Introduce() {
    if (worker_id_ == message_.worker_id() && !worker_id_.empty()) return absl::OkStatus();
    if (!worker_id_.empty()) return absl::InvalidArgumentError("a session belongs to one worker_id");
    absl::Status status = coordinator_.Attach(message_.worker_id(), outbox_);
    if (status.ok()) worker_id_ = message_.worker_id();
    return status;
  }

  // No more messages: the worker said good-bye (closed its side in good order), or the connection broke.
  void End() {
    const bool departed = !context_.IsCancelled();
    if (!worker_id_.empty()) coordinator_.Detach(worker_id_, outbox_.get(), departed);
    outbox_->Finish(grpc::Status::OK);
  }

  Coordinator& coordinator_;
  grpc::CallbackServerContext& context_;
  const std::shared_ptr<Outbox> outbox_;
  v1::WorkerMessage message_;
  std::string worker_id_;
};

}  // namespace

grpc::ServerUnaryReactor* WorkerServiceImpl::Register(grpc::CallbackServerContext* context,
                                                      const v1::RegisterRequest* request,
                                                      v1::RegisterResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<v1::RegisterResponse> result = coordinator_.Register(*request);
  if (result.ok()) *response = *result;
  reactor->Finish(ToGrpc(result.status()));
  return reactor;
}

Reactor* WorkerServiceImpl::Session(grpc::CallbackServerContext* context) {
  return new SessionReactor(coordinator_, *context);
}

}  // namespace rad
