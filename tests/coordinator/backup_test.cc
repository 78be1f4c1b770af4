// Backups made while the coordinator is written to, and what a restored one knows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/restore_data.h"
#include "rad/v1/backup.grpc.pb.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

class BackupTest : public ServiceTest {
 protected:
  v1::Backup Create() {
    grpc::ClientContext context;
    v1::Backup backup;
    const grpc::Status status = v1::BackupService::NewStub(channel())->CreateBackup(&context, {}, &backup);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return backup;
  }

  std::vector<v1::Backup> Verified() {
    grpc::ClientContext context;
    v1::ListBackupsRequest request;
    request.set_verify(true);
    v1::ListBackupsResponse list;
    EXPECT_TRUE(v1::BackupService::NewStub(channel())->ListBackups(&context, request, &list).ok());
    return {list.backups().begin(), list.backups().end()};
  }

  // The coordinator's folder is lost but for its backups, which are elsewhere from then on.
  void LoseData() {
    server_.reset();
    fs::rename(folder_.path() / "backups", backups_.path() / "backups");
    for (const auto& entry : fs::directory_iterator(folder_.path())) fs::remove_all(entry.path());
  }
  absl::Status Restore(std::uint32_t id) {
    return RestoreData(backups_.path() / "backups", id, folder_.path(), clock_.Wall());
  }

  std::string ReadChunk(const std::string& artifact_id) {
    grpc::ClientContext context, chunk_context;
    v1::GetManifestRequest request;
    request.set_artifact_id(artifact_id);
    v1::Manifest manifest;
    EXPECT_TRUE(artifacts_->GetManifest(&context, request, &manifest).ok()) << artifact_id;
    v1::GetChunkRequest chunk_request;
    chunk_request.set_sha256(manifest.files(0).chunks(0).sha256());
    v1::GetChunkResponse chunk;
    EXPECT_TRUE(artifacts_->GetChunk(&chunk_context, chunk_request, &chunk).ok()) << artifact_id;
    return chunk.data();
  }

  v1::Ranked Scores(const std::string& job_id) {
    grpc::ClientContext context;
    v1::ScoresRequest request;
    request.set_job_id(job_id);
    v1::Ranked ranked;
    EXPECT_TRUE(jobs_->Scores(&context, request, &ranked).ok());
    return ranked;
  }

  TempFolder backups_;
};

TEST_F(BackupTest, AnEndedJobIsThereWithScoresAndArtifactsThoughWritesWentOn) {
  const std::string id = Submit(SampleJob()).job_id();
  {
    FakeWorker worker(channel(), "w");
    Work(worker, id);
  }
  const v1::JobStatus before = Get(id);
  ASSERT_EQ(before.state(), v1::SUCCEEDED);
  const v1::Ranked scores = Scores(id);

  v1::Job second = SampleJob();
  second.mutable_metadata()->set_name("second");
  second.mutable_spec()->mutable_teacher()->set_path("/models/another.gguf");
  Submit(second);
  FakeWorker worker(channel(), "w2");
  const v1::Task task = worker.AwaitStart();
  std::atomic<int> written = 0;
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 1; !stop; ++i) {
      v1::Job job = SampleAblation();
      job.mutable_metadata()->set_name(absl::StrCat("later-", i));
      Submit(job);
      std::string artifact_id;
      const std::string content = absl::StrCat(i, std::string(200'000, static_cast<char>('a' + i % 26)));
      ASSERT_TRUE(worker.Publish(task, v1::Manifest::CHECKPOINT, content, i, &artifact_id).ok());
      ++written;
    }
  });
  // The writer says nothing but its count; it ends at the first failure.
  const auto await = [&](int count) {
    while (written < count && !HasFailure()) std::this_thread::yield();
  };
  await(3);
  const v1::Backup first = Create();
  await(written + 3);
  const v1::Backup last = Create();
  stop = true;
  writer.join();
  EXPECT_EQ(first.backup_id(), 1u);
  EXPECT_EQ(last.backup_id(), 2u);
  const std::vector<v1::Backup> verified = Verified();
  ASSERT_EQ(verified.size(), 2u);
  for (const v1::Backup& backup : verified) EXPECT_TRUE(backup.verified()) << backup.backup_id();

  worker.Vanish();
  LoseData();
  for (const std::uint32_t backup : {1u, 2u}) {
    SCOPED_TRACE(testing::Message() << "backup " << backup);
    server_.reset();
    fs::remove_all(folder_.path());
    const absl::Status restored = Restore(backup);
    ASSERT_TRUE(restored.ok()) << restored;
    Start();
    EXPECT_EQ(Get(id).SerializeAsString(), before.SerializeAsString());
    EXPECT_EQ(Scores(id).SerializeAsString(), scores.SerializeAsString());
    for (const v1::StageStatus& stage : before.stages()) {
      if (stage.artifact_id().empty()) continue;
      EXPECT_FALSE(ReadChunk(stage.artifact_id()).empty()) << stage.name();
    }
    grpc::ClientContext context;
    v1::ListArtifactsResponse list;
    ASSERT_TRUE(artifacts_->ListArtifacts(&context, {}, &list).ok());
    for (const v1::Manifest& artifact : list.artifacts())
      EXPECT_FALSE(ReadChunk(artifact.artifact_id()).empty());
    EXPECT_EQ(Get("later-3").state(), v1::PENDING);
  }
}

// What runs on from after the backup must not be taken for what the restored coordinator starts.
TEST_F(BackupTest, NothingFromAfterTheBackupIsTakenForWhatFollowsTheRestore) {
  Submit(SampleAblation());
  Create();
  v1::Task lost;
  {
    FakeWorker worker(channel(), "w");
    lost = worker.AwaitStart();
    worker.Vanish();
  }
  LoseData();
  ASSERT_TRUE(Restore(0).ok());
  Start();
  FakeWorker worker(channel(), "w");
  const v1::Task task = worker.AwaitStart();
  EXPECT_EQ(task.task_id(), lost.task_id());
  EXPECT_EQ(task.attempt(), lost.attempt());
  EXPECT_GT(task.epoch(), lost.epoch());
  std::string artifact_id;
  EXPECT_EQ(worker.Publish(lost, v1::Manifest::CHECKPOINT, "of another life", 1, &artifact_id).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(worker.Publish(task, v1::Manifest::CHECKPOINT, "of this life", 1, &artifact_id).ok());
}

TEST_F(BackupTest, ADamagedOneIsNamedAndNotRestored) {
  Submit(SampleAblation());
  Create();
  int damaged = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "backups" / "meta")) {
    if (entry.path().extension() != ".sst" || damaged > 0) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(30);
    file.put('\x7f');
    ++damaged;
  }
  ASSERT_EQ(damaged, 1);
  EXPECT_FALSE(Verified().at(0).verified());
  LoseData();
  EXPECT_TRUE(absl::IsDataLoss(Restore(1))) << Restore(1);
  EXPECT_TRUE(!fs::exists(folder_.path()) || fs::is_empty(folder_.path()));
}

TEST_F(BackupTest, AFolderInUseIsNotRestoredInto) {
  Create();
  const absl::Status status = RestoreData(folder_.path() / "backups", 0, folder_.path(), clock_.Wall());
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::IsNotFound(RestoreData(folder_.path() / "backups", 7, backups_.path(), clock_.Wall())));
  EXPECT_TRUE(absl::IsNotFound(RestoreData(backups_.path(), 0, backups_.path() / "new", clock_.Wall())));
}

}  // namespace
}  // namespace rad
