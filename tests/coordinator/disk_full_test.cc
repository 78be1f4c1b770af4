// A disk that fills up under a running coordinator, and has room again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "storage/artifact_store.h"
#include "storage/meta_store.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"
#include "tests/storage/small_disk.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kDiskBytes = 320 << 20;  // of which each database allots its log 70 MiB
constexpr std::uint64_t kMiB = 1 << 20;

class DiskFullServiceTest : public ServiceTest {
 protected:
  DiskFullServiceTest() {
    server_.reset();
    disk_ = std::make_unique<SmallDisk>(folder_.path(), kDiskBytes);
    Start();
  }
  void SetUp() override {
    RAD_REQUIRE_SMALL_DISK(*disk_);
    worker_ = std::make_unique<FakeWorker>(channel(), "w");
    Submit(SampleJob());
    task_ = worker_->AwaitStart();
  }
  ~DiskFullServiceTest() override {
    worker_.reset();
    server_.reset();
    disk_.reset();
  }

  grpc::StatusCode Save(std::uint64_t step) {
    clock_.Advance(absl::Seconds(1));
    std::string content = absl::StrCat("checkpoint at ", step);
    content.resize(kMiB, '.');
    std::string id;
    return worker_->Publish(task_, v1::Manifest::CHECKPOINT, content, step, &id).error_code();
  }

  grpc::Status TryNamed(const std::string& name) {
    v1::Job job = SampleAblation();
    job.mutable_metadata()->set_name(name);
    v1::JobStatus status;
    return TrySubmit(job, name, &status);
  }

  std::unique_ptr<SmallDisk> disk_;
  std::unique_ptr<FakeWorker> worker_;
  v1::Task task_;
};

TEST_F(DiskFullServiceTest, CheckpointsAreRefusedFirstThenSubmitsAndStateIsStillWritten) {
  ASSERT_EQ(Save(1), grpc::StatusCode::OK);
  disk_->Fill(kReservedDiskBytes - kMiB);
  EXPECT_EQ(Save(2), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(LatestStep(task_), 1u);
  EXPECT_TRUE(TryNamed("while-checkpoints-are-refused").ok());

  disk_->Fill(kReservedForChangesBytes - kMiB);
  const grpc::Status refused = TryNamed("refused");
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), HasSubstr("MiB left of which 16 are reserved: free space"));
  worker_->Finish(task_, worker_->Answer(task_));  // acknowledged: the job goes on
  EXPECT_EQ(Stage(Get("job-1"), "inspect").state(), v1::SUCCEEDED);

  disk_->Empty();
  EXPECT_TRUE(TryNamed("again").ok());
  task_ = worker_->AwaitStart();
  EXPECT_EQ(Save(3), grpc::StatusCode::OK);
  EXPECT_EQ(LatestStep(task_), 3u);
}

}  // namespace
}  // namespace rad
