// fake_worker.h: a worker that speaks the real WorkerService and ArtifactService over gRPC and answers from a
// script instead of computing. Every wait has a deadline; a wait in vain fails the test.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rad/v1/artifact.grpc.pb.h"
#include "rad/v1/worker.grpc.pb.h"

namespace rad {

class FakeWorker {
 public:
  // Registers and opens a session.
  FakeWorker(std::shared_ptr<grpc::Channel> channel, const std::string& name,
             const std::map<std::string, std::string>& labels = {});
  ~FakeWorker();

  const std::string& id() const { return id_; }

  // The next directive of this kind; others before it are passed over.
  v1::Directive Await(v1::Directive::DirectiveCase kind);
  v1::Task AwaitStart() { return Await(v1::Directive::kStart).start(); }

  void Heartbeat(const std::vector<v1::Fence>& running);
  // A heartbeat, and waits until the lease is renewed.
  void Renew(const std::vector<v1::Fence>& running = {});
  void Progress(const v1::Task& task, const v1::Progress& progress);
  void LogLines(const v1::Task& task, const std::vector<std::string>& lines);
  // Reports and waits for the acknowledgement.
  void Finish(const v1::Task& task, const v1::TaskResult& result);
  void Fail(const v1::Task& task, v1::TaskFailure::Reason reason, const std::string& message);
  // Sends without waiting.
  void Send(const v1::WorkerMessage& message);

  // A plausible result; work that publishes something has it uploaded first.
  v1::TaskResult Answer(const v1::Task& task);
  // Uploads one small file and commits it.
  grpc::Status Publish(const v1::Task& task, v1::Manifest::Kind kind, const std::string& content,
                       std::uint64_t step, std::string* artifact_id,
                       std::optional<double> loss = std::nullopt);

  // Ends the session in good order; the coordinator's closing status.
  grpc::Status Leave();
  // Breaks the session off.
  void Vanish();

 private:
  std::unique_ptr<v1::WorkerService::Stub> workers_;
  std::unique_ptr<v1::ArtifactService::Stub> artifacts_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WorkerMessage, v1::Directive>> session_;
  std::string id_;
  bool finished_ = false;
};

v1::Fence FenceFor(const v1::Task& task);
v1::RegisterRequest RegistrationOf(const std::string& name);

}  // namespace rad
