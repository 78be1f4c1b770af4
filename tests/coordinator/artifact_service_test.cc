#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

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

TEST_F(ArtifactServiceTest, TheBestCheckpointStaysToo) {
  FakeWorker worker(channel(), "w");
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_checkpoint()->set_keep_best(true);
  Submit(job);
  const v1::Task task = worker.AwaitStart();
  std::string id;
  for (std::uint64_t step = 10; step <= 50; step += 10) {
    clock_.Advance(absl::Seconds(1));
    const double loss = step == 20 ? 0.5 : 1.0 + static_cast<double>(step);
    ASSERT_TRUE(
        worker.Publish(task, v1::Manifest::CHECKPOINT, absl::StrCat("at ", step), step, &id, loss).ok());
  }
  EXPECT_THAT(CheckpointSteps(), ElementsAre(50, 40, 20));
}

// Three of 100 bytes fit, as the one that each new one replaces is not counted.
TEST_F(ArtifactServiceTest, ASaveBeyondTheQuotaIsRefusedAndTheJobIsToldOnce) {
  FakeWorker worker(channel(), "w");
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_checkpoint()->set_quota_bytes(300);
  const std::string job_id = Submit(job).job_id();
  const v1::Task task = worker.AwaitStart();
  std::string id;
  const auto save = [&](std::uint64_t step, std::size_t bytes) {
    clock_.Advance(absl::Seconds(1));
    std::string content = absl::StrCat("step ", step);
    content.resize(bytes, '.');
    return worker.Publish(task, v1::Manifest::CHECKPOINT, content, step, &id);
  };
  for (const std::uint64_t step : {10, 20, 30}) ASSERT_TRUE(save(step, 100).ok());
  for (const std::uint64_t step : {40, 50}) {
    const grpc::Status refused = save(step, 201);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(refused.error_message(), HasSubstr("spec.checkpoint.quota_bytes is 300"));
    EXPECT_THAT(refused.error_message(), HasSubstr("would hold 301 bytes"));
  }
  v1::Manifest latest;
  ASSERT_TRUE(Latest(task, &latest).ok());
  EXPECT_EQ(latest.step(), 30u);
  ASSERT_TRUE(save(60, 200).ok());
  EXPECT_THAT(CheckpointSteps(), ElementsAre(60, 30));
  v1::JobStatus cancelled;
  ASSERT_TRUE(TryCancel(job_id, "", &cancelled).ok());
  std::vector<std::string> said;
  for (const v1::Event& event : Events(job_id)) {
    if (event.message().find("checkpoint") != std::string::npos) said.push_back(event.message());
  }
  EXPECT_THAT(
      said, ElementsAre(HasSubstr("checkpoint of step 40 refused"), HasSubstr("taken again, from step 60")));
}

class DamagedCheckpointTest : public ArtifactServiceTest {
 protected:
  DamagedCheckpointTest() : worker_(channel(), "w") {
    job_id_ = Submit(SampleJob()).job_id();
    task_ = worker_.AwaitStart();
    for (const std::uint64_t step : {10, 20}) Save(step);
    worker_.Vanish();
    server_.reset();
    Damage("20");
    Start();
  }

  static std::string Content(std::uint64_t step) {
    return absl::StrCat("at ", step, std::string(5'000, '.'));
  }
  void Save(std::uint64_t step) {
    EXPECT_TRUE(worker_.Publish(task_, v1::Manifest::CHECKPOINT, Content(step), step, &ids_[step]).ok());
  }

  // Flips a byte of the checkpoint's content in the database's file.
  void Damage(const std::string& step) {
    int damaged = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "ckpt")) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), {});
      const std::size_t at = bytes.find("at " + step + "....");
      if (at == std::string::npos) continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(at + 1000));
      file.put('!');
      ++damaged;
    }
    ASSERT_GT(damaged, 0);
  }

  v1::VerifyArtifactResponse Verify(std::uint64_t step) {
    grpc::ClientContext context;
    v1::VerifyArtifactRequest request;
    request.set_artifact_id(ids_[step]);
    v1::VerifyArtifactResponse response;
    const grpc::Status status = artifacts_->VerifyArtifact(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  FakeWorker worker_;
  std::string job_id_;
  v1::Task task_;
  std::map<std::uint64_t, std::string> ids_;
};

TEST_F(DamagedCheckpointTest, VerifyNamesItsChunkAndTheOneBeforeIsTheLatest) {
  EXPECT_EQ(LatestStep(task_), 20u);  // nobody has looked yet
  const v1::VerifyArtifactResponse sound = Verify(10);
  EXPECT_EQ(sound.chunks(), 1u);
  EXPECT_EQ(sound.bytes(), Content(10).size());
  EXPECT_EQ(sound.bad_sha256_size(), 0);
  EXPECT_THAT(Verify(20).bad_sha256(), ElementsAre(Sha256Hex(Content(20))));
  EXPECT_EQ(LatestStep(task_), 10u);
  Restart();
  EXPECT_EQ(LatestStep(task_), 10u);
  EXPECT_THAT(Verify(20).bad_sha256(), ElementsAre(Sha256Hex(Content(20))));
}

TEST_F(DamagedCheckpointTest, ReadingItIsDataLossAndTheJobIsTold) {
  grpc::ClientContext context;
  v1::GetChunkRequest request;
  request.set_sha256(Sha256Hex(Content(20)));
  v1::GetChunkResponse chunk;
  EXPECT_EQ(artifacts_->GetChunk(&context, request, &chunk).error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(LatestStep(task_), 10u);
  v1::JobStatus cancelled;
  ASSERT_TRUE(TryCancel(job_id_, "", &cancelled).ok());
  std::string told;
  for (const v1::Event& event : Events(job_id_)) told += event.message() + "\n";
  EXPECT_THAT(told, HasSubstr("(checkpoint of step 20) is damaged and set aside"));
}

TEST_F(DamagedCheckpointTest, SavingItAgainHealsIt) {
  Verify(20);
  FakeWorker worker(channel(), "w2");
  std::string id;
  ASSERT_TRUE(worker.Publish(task_, v1::Manifest::CHECKPOINT, Content(20), 20, &id).ok());
  EXPECT_EQ(id, ids_[20]);
  EXPECT_EQ(Verify(20).bad_sha256_size(), 0);
  EXPECT_EQ(LatestStep(task_), 20u);
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
  const v1::Task task = StartAlignment(worker);
  v1::TaskResult result;
  result.mutable_align();
  result.set_artifact_id(std::string(64, 'a'));
  worker.Finish(task, result);
  EXPECT_EQ(Stage(Get("job-1"), "align").restarts(), 1u);
}

}  // namespace
}  // namespace rad
