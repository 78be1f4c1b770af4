#include "worker/tasks/executor_host.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/worker/fakes/fake_coordinator.h"
#include "tests/worker/tasks/temporary_folder.h"
#include "worker/wire/channel.h"

namespace rad {
namespace {

class ExecutorHostTest : public testing::Test {
 protected:
  ~ExecutorHostTest() override { close(nowhere_); }

  static v1::Task Task() {
    v1::Task task;
    task.set_job_id("job");
    task.set_stage("align");
    task.set_digest("digest");
    task.mutable_checkpoint()->set_every_steps(10);
    return task;
  }
  // A host of another attempt each time, over the same worker's cache.
  std::unique_ptr<ExecutorHost> NewHost(const v1::Task& task = Task()) {
    const auto attempt = folder_.path() / ("attempt" + std::to_string(++attempts_));
    return std::make_unique<ExecutorHost>(task, CoordinatorChannel(coordinator_.address()), "127.0.0.1",
                                          HostFolders{attempt, folder_.path() / "cache"}, reporter_,
                                          HostSignals{[] { return false; }, [] { return false; }});
  }

  FakeCoordinator coordinator_;
  TemporaryFolder folder_;
  int attempts_ = 0;
  const int nowhere_ = open("/dev/null", O_WRONLY);
  Reporter reporter_{nowhere_};
};

TEST_F(ExecutorHostTest, AnInputIsFoundByItsName) {
  auto producer = NewHost();
  std::ofstream(producer->Output() / "heads") << "tensors";
  const auto id = producer->Publish();
  ASSERT_TRUE(id.ok()) << id.status();
  v1::Task task = Task();
  task.add_inputs()->set_name("aligned");
  task.mutable_inputs(0)->set_artifact_id(*id);
  auto consumer = NewHost(task);
  const auto input = consumer->Input("aligned");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(Content(*input / "heads"), "tensors");
  EXPECT_EQ(consumer->Input("student").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ExecutorHostTest, ATaskThatWritesNothingPublishesNothing) {
  auto host = NewHost();
  EXPECT_EQ(*host->Publish(), "");
  EXPECT_TRUE(coordinator_.store().manifests().empty());
}

TEST_F(ExecutorHostTest, TheNextAttemptFindsTheNewestCheckpointAndTheTimeSpentOnIt) {
  auto first = NewHost();
  EXPECT_FALSE(first->LatestCheckpoint()->has_value());
  const auto saved = first->Scratch() / "checkpoint";
  std::filesystem::create_directories(saved);
  for (const int step : {10, 20}) {
    std::ofstream(saved / "state") << "step " << step;
    ASSERT_TRUE(first->SaveCheckpoint(saved, step, 0.5).ok());
  }
  const double spent = first->Seconds();
  first.reset();
  auto second = NewHost();
  const auto found = second->LatestCheckpoint();
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->step, 20);
  EXPECT_EQ(Content((*found)->folder / "state"), "step 20");
  EXPECT_GT(spent, 0);
  const double resumed_with = std::stod(Content((*found)->folder / "seconds_spent"));
  EXPECT_GT(resumed_with, 0);
  EXPECT_GE(second->Seconds(), resumed_with);
}

TEST_F(ExecutorHostTest, ADamagedCheckpointIsPassedOverForTheOneBefore) {
  auto host = NewHost();
  const auto saved = host->Scratch() / "checkpoint";
  std::filesystem::create_directories(saved);
  for (const int step : {10, 20}) {
    std::ofstream(saved / "state") << "step " << step;
    ASSERT_TRUE(host->SaveCheckpoint(saved, step, 0.25).ok());
  }
  FakeArtifactStore& store = coordinator_.store();
  const v1::Manifest newest = store.manifests().back();
  EXPECT_EQ(newest.loss(), 0.25);
  for (const v1::File& file : newest.files()) {
    if (file.path() == "state") store.DamageStoredChunk(file.chunks(0).sha256());
  }
  const auto found = host->LatestCheckpoint();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->step, 10);
  EXPECT_EQ(Content((*found)->folder / "state"), "step 10");
}

TEST_F(ExecutorHostTest, CheckpointsOfAnotherTaskAreNotFound) {
  auto first = NewHost();
  std::filesystem::create_directories(first->Scratch());
  ASSERT_TRUE(first->SaveCheckpoint(first->Scratch(), 1, std::nullopt).ok());
  v1::Task other = Task();
  other.set_digest("other");
  EXPECT_FALSE(NewHost(other)->LatestCheckpoint()->has_value());
  EXPECT_EQ(first->CheckpointEverySteps(), 10);
}

}  // namespace
}  // namespace rad
