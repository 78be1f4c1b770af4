#include "tests/coordinator/fake_worker.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "proto/protocol_version.h"
#include "storage/crc32c.h"
#include "storage/sha256.h"
#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

constexpr auto kDeadline = std::chrono::seconds(60);

}  // namespace

v1::Fence FenceFor(const v1::Task& task) {
  v1::Fence fence;
  fence.set_task_id(task.task_id());
  fence.set_attempt(task.attempt());
  fence.set_epoch(task.epoch());
  fence.set_rank(task.rank());
  return fence;
}

v1::RegisterRequest RegistrationOf(const std::string& name) {
  v1::RegisterRequest request;
  request.set_protocol_version(kProtocolVersion);
  request.set_name(name);
  request.set_incarnation(absl::StrCat("incarnation of ", name));
  request.set_host("localhost");
  request.set_device("cpu");
  request.set_version("0.0.0");
  return request;
}

FakeWorker::FakeWorker(std::shared_ptr<grpc::Channel> channel, const std::string& name,
                       const std::map<std::string, std::string>& labels)
    : workers_(v1::WorkerService::NewStub(channel)), artifacts_(v1::ArtifactService::NewStub(channel)) {
  grpc::ClientContext context;
  v1::RegisterResponse response;
  v1::RegisterRequest registration = RegistrationOf(name);
  registration.mutable_labels()->insert(labels.begin(), labels.end());
  const grpc::Status status = workers_->Register(&context, registration, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  id_ = response.worker_id();
  context_.set_deadline(std::chrono::system_clock::now() + kDeadline);
  session_ = workers_->Session(&context_);
  Renew();
}

FakeWorker::~FakeWorker() {
  if (!finished_) Vanish();
}

v1::Directive FakeWorker::Await(v1::Directive::DirectiveCase kind) {
  v1::Directive directive;
  while (session_->Read(&directive)) {
    if (directive.directive_case() == kind) return directive;
  }
  ADD_FAILURE() << "the session ended before directive " << kind << " came";
  return {};
}

void FakeWorker::Send(const v1::WorkerMessage& message) {
  v1::WorkerMessage signed_message = message;
  signed_message.set_worker_id(id_);
  session_->Write(signed_message);
}

void FakeWorker::Heartbeat(const std::vector<v1::Fence>& running) {
  v1::WorkerMessage message;
  message.mutable_heartbeat();
  for (const v1::Fence& fence : running) *message.mutable_heartbeat()->add_running() = fence;
  Send(message);
}

void FakeWorker::Renew(const std::vector<v1::Fence>& running) {
  Heartbeat(running);
  Await(v1::Directive::kRenewed);
}

void FakeWorker::Progress(const v1::Task& task, const v1::Progress& progress) {
  v1::WorkerMessage message;
  *message.mutable_progress()->mutable_fence() = FenceFor(task);
  *message.mutable_progress()->mutable_progress() = progress;
  Send(message);
}

void FakeWorker::LogLines(const v1::Task& task, const std::vector<std::string>& lines) {
  v1::WorkerMessage message;
  *message.mutable_log()->mutable_fence() = FenceFor(task);
  for (const std::string& line : lines) message.mutable_log()->add_lines(line);
  Send(message);
}

void FakeWorker::Finish(const v1::Task& task, const v1::TaskResult& result) {
  v1::WorkerMessage message;
  *message.mutable_finished()->mutable_fence() = FenceFor(task);
  *message.mutable_finished()->mutable_result() = result;
  Send(message);
  EXPECT_EQ(Await(v1::Directive::kAcknowledged).acknowledged().task_id(), task.task_id());
}

void FakeWorker::Fail(const v1::Task& task, v1::TaskFailure::Reason reason, const std::string& text) {
  v1::WorkerMessage message;
  *message.mutable_finished()->mutable_fence() = FenceFor(task);
  message.mutable_finished()->mutable_failure()->set_reason(reason);
  message.mutable_finished()->mutable_failure()->set_message(text);
  Send(message);
  Await(v1::Directive::kAcknowledged);
}

v1::TaskResult FakeWorker::Answer(const v1::Task& task) {
  const v1::Work& work = task.work();
  v1::TaskResult result;
  result.set_seconds(1.5);
  if (work.has_inspect()) {
    *result.mutable_teacher() = SampleTeacher();
    result.add_probe_files();
    result.mutable_data_files()->set_data("digest of the data");
  }
  if (work.has_score()) *result.mutable_scores() = SampleScores(work.score());
  if (work.has_align()) result.mutable_align()->set_tokens(20'000);
  if (work.has_distill()) result.mutable_distill()->set_tokens(10'000);
  if (work.has_export_()) result.mutable_export_()->set_parameters(1000);
  if (work.has_classify()) *result.mutable_roles() = SampleRoles(work.classify());
  if (work.has_evaluate()) {
    v1::TaskAccuracy& accuracy = *result.mutable_evaluation()->add_tasks();
    accuracy.set_task(v1::Evaluate::KV_RETRIEVAL);
    accuracy.set_examples(128);
    accuracy.set_correct(task.inputs().empty() ? 100 : 99);
  }
  if (work.has_align() || work.has_distill() || work.has_export_()) {
    std::string artifact_id;
    const grpc::Status status =
        Publish(task, v1::Manifest::OUTPUT, absl::StrCat("output of ", task.stage()), 0, &artifact_id);
    EXPECT_TRUE(status.ok()) << status.error_message();
    result.set_artifact_id(artifact_id);
  }
  return result;
}

grpc::Status FakeWorker::Publish(const v1::Task& task, v1::Manifest::Kind kind, const std::string& content,
                                 std::uint64_t step, std::string* artifact_id, std::optional<double> loss) {
  v1::PutChunkRequest put;
  *put.mutable_fence() = FenceFor(task);
  put.set_sha256(Sha256Hex(content));
  put.set_data(content);
  grpc::ClientContext put_context;
  v1::PutChunkResponse put_response;
  const grpc::Status stored = artifacts_->PutChunk(&put_context, put, &put_response);
  if (!stored.ok()) return stored;

  v1::CommitRequest commit;
  *commit.mutable_fence() = FenceFor(task);
  v1::Manifest& manifest = *commit.mutable_manifest();
  manifest.set_kind(kind);
  manifest.set_task_digest(task.digest());
  manifest.set_step(step);
  if (loss) manifest.set_loss(*loss);
  v1::File& file = *manifest.add_files();
  file.set_path("data.bin");
  file.set_size(content.size());
  v1::Chunk& chunk = *file.add_chunks();
  chunk.set_sha256(Sha256Hex(content));
  chunk.set_size(content.size());
  chunk.set_crc32c(Crc32c(content));
  grpc::ClientContext commit_context;
  v1::CommitResponse response;
  const grpc::Status committed = artifacts_->Commit(&commit_context, commit, &response);
  *artifact_id = response.artifact_id();
  return committed;
}

grpc::Status FakeWorker::Leave() {
  finished_ = true;
  session_->WritesDone();
  v1::Directive directive;
  while (session_->Read(&directive)) continue;
  return session_->Finish();
}

void FakeWorker::Vanish() {
  finished_ = true;
  context_.TryCancel();
  session_->Finish();
}

}  // namespace rad
