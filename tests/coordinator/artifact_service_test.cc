#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "storage/sha256.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ArtifactServiceTest : public ServiceTest {
 protected:
  v1::Task StartTask(FakeWorker& worker) {
    Submit(SampleAblation());
    return worker.AwaitStart();
  }

  std::vector<std::uint64_t> CheckpointSteps() {
    grpc::ClientContext context;
    v1::ListArtifactsResponse list;
    EXPECT_TRUE(artifacts_->ListArtifacts(&context, {}, &list).ok());
    std::vector<std::uint64_t> steps;
    for (const v1::Manifest& manifest : list.artifacts()) steps.push_back(manifest.step());
    return steps;
  }

  grpc::Status Latest(const v1::Task& task, v1::Manifest* manifest) {
    grpc::ClientContext context;
    v1::LatestCheckpointRequest request;
    request.set_task_digest(task.digest());
    return artifacts_->LatestCheckpoint(&context, request, manifest);
  }
};

TEST_F(ArtifactServiceTest, TheNewestCheckpointsStayAndAnyAttemptFindsThem) {
  FakeWorker worker(channel(), "w");
  Submit(SampleJob());
  v1::Task task = worker.AwaitStart();
  std::string id;
  for (std::uint64_t step = 10; step <= 50; step += 10) {
    clock_.Advance(absl::Seconds(1));
    ASSERT_TRUE(
        worker.Publish(task, v1::Manifest::CHECKPOINT, absl::StrCat("weights at ", step), step, &id).ok());
  }
  EXPECT_THAT(CheckpointSteps(), ElementsAre(50, 40));  // keep_latest is 2
  worker.Fail(task, v1::TaskFailure::CRASHED, "killed");
  Restart();
  v1::Manifest manifest;
  ASSERT_TRUE(Latest(task, &manifest).ok());
  EXPECT_EQ(manifest.step(), 50u);
  EXPECT_EQ(manifest.job_id(), "job-1");
  EXPECT_EQ(manifest.stage(), "inspect");
  grpc::ClientContext context;
  v1::GetChunkRequest request;
  request.set_sha256(manifest.files(0).chunks(0).sha256());
  v1::GetChunkResponse chunk;
  ASSERT_TRUE(artifacts_->GetChunk(&context, request, &chunk).ok());
  EXPECT_EQ(chunk.data(), "weights at 50");
}

TEST_F(ArtifactServiceTest, AFinishedTasksCheckpointsAreDropped) {
  FakeWorker worker(channel(), "w");
  const v1::Task task = StartTask(worker);
  std::string id;
  ASSERT_TRUE(worker.Publish(task, v1::Manifest::CHECKPOINT, "weights", 1, &id).ok());
  worker.Finish(task, worker.Answer(task));
  server_->coordinator().Tick();
  v1::Manifest manifest;
  EXPECT_EQ(Latest(task, &manifest).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ArtifactServiceTest, MissingChunksAreNamed) {
  FakeWorker worker(channel(), "w");
  const v1::Task task = StartTask(worker);
  std::string id;
  ASSERT_TRUE(worker.Publish(task, v1::Manifest::OUTPUT, "there", 0, &id).ok());
  grpc::ClientContext context;
  v1::MissingChunksRequest request;
  request.add_sha256(Sha256Hex("there"));
  request.add_sha256(Sha256Hex("absent"));
  v1::MissingChunksResponse response;
  ASSERT_TRUE(artifacts_->MissingChunks(&context, request, &response).ok());
  EXPECT_THAT(response.sha256(), ElementsAre(Sha256Hex("absent")));
}

TEST_F(ArtifactServiceTest, HostileManifestsAreRefused) {
  FakeWorker worker(channel(), "w");
  const v1::Task task = StartTask(worker);
  const auto commit = [&](const std::function<void(v1::Manifest&)>& change) {
    v1::CommitRequest request;
    *request.mutable_fence() = FenceFor(task);
    v1::Manifest& manifest = *request.mutable_manifest();
    manifest.set_kind(v1::Manifest::OUTPUT);
    manifest.set_task_digest(task.digest());
    manifest.add_files()->set_path("a");
    change(manifest);
    grpc::ClientContext context;
    v1::CommitResponse response;
    return artifacts_->Commit(&context, request, &response).error_code();
  };
  EXPECT_EQ(commit([](v1::Manifest&) {}), grpc::StatusCode::OK);
  for (const char* path : {"", "/etc/passwd", "../up", "a/../../b", "a//b", "."}) {
    EXPECT_EQ(commit([&](v1::Manifest& m) { m.mutable_files(0)->set_path(path); }),
              grpc::StatusCode::INVALID_ARGUMENT)
        << path;
  }
  EXPECT_EQ(commit([](v1::Manifest& m) { m.mutable_files(0)->set_size(9); }),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(commit([](v1::Manifest& m) { *m.add_files() = m.files(0); }), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(commit([](v1::Manifest& m) { m.set_task_digest("other"); }), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(
      commit([](v1::Manifest& m) { m.mutable_files(0)->add_chunks()->set_sha256(std::string(64, 'a')); }),
      grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(ArtifactServiceTest, AResultWhoseArtifactWasNeverCommittedIsAFailure) {
  FakeWorker worker(channel(), "w");
  Submit(SampleJob());
  v1::Task task = worker.AwaitStart();
  while (task.stage() != "align") {
    worker.Finish(task, worker.Answer(task));
    task = worker.AwaitStart();
  }
  v1::TaskResult result;
  result.mutable_align();
  result.set_artifact_id(std::string(64, 'a'));
  worker.Finish(task, result);
  EXPECT_EQ(Stage(Get("job-1"), "align").restarts(), 1u);
}

}  // namespace
}  // namespace rad
