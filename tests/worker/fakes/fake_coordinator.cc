#include "tests/worker/fakes/fake_coordinator.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace rad {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

}  // namespace

FakeCoordinator::FakeCoordinator(std::uint32_t lease_seconds) : lease_seconds_(lease_seconds) { Serve(); }

FakeCoordinator::~FakeCoordinator() { StopServing(); }

std::string FakeCoordinator::address() const { return absl::StrCat("127.0.0.1:", port_); }

void FakeCoordinator::Serve() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address(), grpc::InsecureServerCredentials(), &port_);
  builder.SetMaxReceiveMessageSize(8 << 20);
  builder.RegisterService(this);
  builder.RegisterService(&store_);
  server_ = builder.BuildAndStart();
  ASSERT_TRUE(server_) << "cannot listen on port " << port_;
}

void FakeCoordinator::StopServing() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
  absl::MutexLock lock(&mutex_);
  worker_id_.clear();
}

void FakeCoordinator::BreakSession() {
  absl::MutexLock lock(&mutex_);
  if (context_ != nullptr) context_->TryCancel();
  context_ = nullptr;
  stream_ = nullptr;
  messages_.clear();
}

void FakeCoordinator::FallSilent() {
  absl::MutexLock lock(&mutex_);
  silent_ = true;
}

void FakeCoordinator::RefuseWorkers(std::string why) {
  absl::MutexLock lock(&mutex_);
  refusal_ = std::move(why);
}

v1::WorkerMessage FakeCoordinator::Await(const std::function<bool(const v1::WorkerMessage&)>& wanted) {
  absl::MutexLock lock(&mutex_);
  const absl::Time end = absl::Now() + kPatience;
  const auto have_one = [this] { return !messages_.empty(); };
  while (mutex_.AwaitWithDeadline(absl::Condition(&have_one), end)) {
    v1::WorkerMessage message = std::move(messages_.front());
    messages_.pop_front();
    if (wanted(message)) return message;
  }
  ADD_FAILURE() << "the worker did not send what was waited for";
  return {};
}

void FakeCoordinator::Direct(const v1::Directive& directive) {
  absl::MutexLock lock(&mutex_);
  const auto have_stream = [this] { return stream_ != nullptr; };
  ASSERT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&have_stream), kPatience)) << "no worker came";
  stream_->Write(directive);
}

void FakeCoordinator::StartTask(const v1::Task& task) {
  v1::Directive directive;
  *directive.mutable_start() = task;
  Direct(directive);
}

std::vector<v1::RegisterRequest> FakeCoordinator::registrations() {
  absl::MutexLock lock(&mutex_);
  return registrations_;
}

grpc::Status FakeCoordinator::Register(grpc::ServerContext*, const v1::RegisterRequest* request,
                                       v1::RegisterResponse* response) {
  absl::MutexLock lock(&mutex_);
  registrations_.push_back(*request);
  if (!refusal_.empty()) return {grpc::StatusCode::FAILED_PRECONDITION, refusal_};
  worker_id_ = absl::StrCat("worker-", registrations_.size());
  response->set_worker_id(worker_id_);
  response->set_lease_seconds(lease_seconds_);
  return grpc::Status::OK;
}

grpc::Status FakeCoordinator::Session(grpc::ServerContext* context, Stream* stream) {
  grpc::Status status;
  v1::WorkerMessage message;
  while (status.ok() && stream->Read(&message)) {
    absl::MutexLock lock(&mutex_);
    if (context->IsCancelled()) break;  // what a broken session still held is not news
    stream_ = stream;
    context_ = context;
    status = Take(message, stream);
  }
  absl::MutexLock lock(&mutex_);
  if (stream_ == stream) {  // no other session has come meanwhile
    stream_ = nullptr;
    context_ = nullptr;
  }
  return status;
}

grpc::Status FakeCoordinator::Take(const v1::WorkerMessage& message, Stream* stream) {
  if (message.worker_id() != worker_id_ || worker_id_.empty()) {
    return {grpc::StatusCode::NOT_FOUND, "no such worker: register again"};
  }
  messages_.push_back(message);
  if (message.has_heartbeat() && !silent_) {
    v1::Directive renewed;
    renewed.mutable_renewed();
    stream->Write(renewed);
  }
  return grpc::Status::OK;
}

}  // namespace rad
