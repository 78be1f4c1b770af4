// A coordinator that does what a test says, over real gRPC on a real port.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "rad/v1/worker.grpc.pb.h"
#include "tests/worker/fakes/fake_artifact_store.h"

namespace rad {

class FakeCoordinator final : public v1::WorkerService::Service {
 public:
  explicit FakeCoordinator(std::uint32_t lease_seconds = 10);
  ~FakeCoordinator() override;

  std::string address() const;
  FakeArtifactStore& store() { return store_; }

  // As a restart does it: sessions break, the port is free, and workers are forgotten.
  void StopServing();
  void Serve();         // again, on the same port
  void BreakSession();  // and forgets what came in it
  // From now on heartbeats are not answered.
  void FallSilent();
  void RefuseWorkers(std::string why);

  // The next message for which `wanted` holds; those before it are dropped. Fails the test after a while.
  v1::WorkerMessage Await(const std::function<bool(const v1::WorkerMessage&)>& wanted);
  void Direct(const v1::Directive& directive);
  void StartTask(const v1::Task& task);
  std::vector<v1::RegisterRequest> registrations();

 private:
  using Stream = grpc::ServerReaderWriter<v1::Directive, v1::WorkerMessage>;
  grpc::Status Register(grpc::ServerContext*, const v1::RegisterRequest*, v1::RegisterResponse*) override;
  grpc::Status Session(grpc::ServerContext*, Stream*) override;
  grpc::Status Take(const v1::WorkerMessage& message, Stream* stream);

  const std::uint32_t lease_seconds_;
  int port_ = 0;
  FakeArtifactStore store_;
  absl::Mutex mutex_;
  std::deque<v1::WorkerMessage> messages_;
  std::vector<v1::RegisterRequest> registrations_;
  std::string worker_id_;  // of the one worker; empty: none is known
  std::string refusal_;
  bool silent_ = false;
  Stream* stream_ = nullptr;
  grpc::ServerContext* context_ = nullptr;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace rad
