#include "tests/end_to_end/job_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace rad {
namespace {

constexpr std::chrono::minutes kPatience{5};

bool Ended(const v1::JobStatus& status) {
  return status.state() == v1::SUCCEEDED || status.state() == v1::FAILED || status.state() == v1::CANCELLED;
}

// The answer to one call; a refusal fails the test.
template <typename Stub, typename Request, typename Response>
Response Ask(Stub& stub, grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*),
             const Request& request) {
  grpc::ClientContext context;
  Response response;
  const grpc::Status status = (stub.*call)(&context, request, &response);
  EXPECT_TRUE(status.ok()) << Request::descriptor()->name() << ": " << status.error_message();
  return response;
}

}  // namespace

JobClient::JobClient(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  const auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  jobs_ = v1::JobService::NewStub(channel);
  artifacts_ = v1::ArtifactService::NewStub(channel);
}

std::string JobClient::Submit(const v1::Job& job, const std::string& request_id) {
  v1::SubmitRequest request;
  request.set_request_id(request_id);
  *request.mutable_job() = job;
  const auto end = std::chrono::system_clock::now() + kPatience;
  while (true) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(end);
    v1::JobStatus status;
    const grpc::Status submitted = jobs_->Submit(&context, request, &status);
    if (submitted.error_code() == grpc::StatusCode::UNAVAILABLE) continue;
    EXPECT_TRUE(submitted.ok()) << submitted.error_message();
    return status.job_id();
  }
}

v1::JobStatus JobClient::Follow(const std::string& job_id,
                                const std::function<bool(const v1::JobStatus&)>& reached) {
  const auto end = std::chrono::system_clock::now() + kPatience;
  v1::WatchRequest request;
  request.set_job_id(job_id);
  v1::Event event;
  while (std::chrono::system_clock::now() < end) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(end);
    const auto events = jobs_->Watch(&context, request);
    while (events->Read(&event)) {
      request.set_after_sequence(event.sequence());
      if (reached(event.status())) {
        context.TryCancel();
        return event.status();
      }
      if (!Ended(event.status())) continue;
      ADD_FAILURE() << "the job ended: " << event.status().ShortDebugString();
      context.TryCancel();
      return event.status();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the coordinator is away
  }
  ADD_FAILURE() << "the job took too long: " << event.status().ShortDebugString();
  return event.status();
}

v1::JobStatus JobClient::Finish(const std::string& job_id) {
  return Follow(job_id, [](const v1::JobStatus& status) { return status.state() == v1::SUCCEEDED; });
}

v1::JobStatus JobClient::Get(const std::string& job_id) {
  v1::GetRequest request;
  request.set_job_id(job_id);
  return Ask(*jobs_, &v1::JobService::Stub::Get, request);
}

void JobClient::Cancel(const std::string& job_id) {
  v1::CancelRequest request;
  request.set_job_id(job_id);
  Ask(*jobs_, &v1::JobService::Stub::Cancel, request);
}

v1::Ranked JobClient::Scores(const std::string& job_id) {
  v1::ScoresRequest request;
  request.set_job_id(job_id);
  return Ask(*jobs_, &v1::JobService::Stub::Scores, request);
}

v1::Manifest JobClient::Artifact(const std::string& artifact_id) {
  v1::GetManifestRequest request;
  request.set_artifact_id(artifact_id);
  return Ask(*artifacts_, &v1::ArtifactService::Stub::GetManifest, request);
}

std::uint64_t JobClient::LatestCheckpointStep(const std::string& job_id, const std::string& stage) {
  v1::ListArtifactsRequest request;
  request.set_job_id(job_id);
  std::uint64_t step = 0;
  const v1::ListArtifactsResponse list = Ask(*artifacts_, &v1::ArtifactService::Stub::ListArtifacts, request);
  for (const v1::Manifest& artifact : list.artifacts()) {
    if (artifact.kind() == v1::Manifest::CHECKPOINT && artifact.stage() == stage)
      step = std::max(step, artifact.step());
  }
  return step;
}

const v1::StageStatus* StageNamed(const v1::JobStatus& status, const std::string& name) {
  for (const v1::StageStatus& stage : status.stages()) {
    if (stage.name() == name) return &stage;
  }
  return nullptr;
}

bool IsTraining(const v1::JobStatus& status, const std::string& stage, std::uint64_t steps) {
  const v1::StageStatus* found = StageNamed(status, stage);
  return found != nullptr && found->state() == v1::RUNNING && found->progress().step() >= steps;
}

}  // namespace rad
