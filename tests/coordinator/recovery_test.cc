#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using RecoveryTest = ServiceTest;

// The coordinator restarts after every single task; nothing is computed twice and the end is the same.
TEST_F(RecoveryTest, AJobSurvivesARestartAfterEveryTask) {
  const std::string id = Submit(SampleJob()).job_id();
  std::vector<std::string> stages;
  for (int restart = 0; restart < 40 && Get(id).state() != v1::SUCCEEDED; ++restart) {
    if (restart > 0) Advance(absl::Seconds(11));  // nobody comes back with the task handed out before
    FakeWorker worker(channel(), absl::StrCat("w", restart));
    const v1::Task task = worker.AwaitStart();
    stages.push_back(task.stage());
    worker.Finish(task, worker.Answer(task));
    Restart();
  }
  EXPECT_EQ(Get(id).state(), v1::SUCCEEDED);
  EXPECT_THAT(stages, ElementsAre("inspect", "rank", "rank", "align", "distill/top-2", "distill/no-heads",
                                  "distill/random-2", "evaluate/teacher", "evaluate/top-2",
                                  "evaluate/no-heads", "evaluate/random-2", "export/top-2", "roles"));
  EXPECT_DOUBLE_EQ(Get(id).students(1).coverage(), 0.99);
}

TEST_F(RecoveryTest, AWorkerThatKeptRunningKeepsItsTask) {
  const std::string id = Submit(SampleAblation()).job_id();
  v1::Task task;
  {
    FakeWorker worker(channel(), "w");
    task = worker.AwaitStart();
    Restart();
  }
  FakeWorker worker(channel(), "w");
  worker.Renew({FenceFor(task)});
  clock_.Advance(absl::Seconds(9));
  worker.Renew({FenceFor(task)});
  Advance(absl::Seconds(2));  // past the time for coming back
  EXPECT_EQ(Stage(Get(id), "inspect").restarts(), 0u);
  worker.Finish(task, worker.Answer(task));
  EXPECT_EQ(Stage(Get(id), "inspect").state(), v1::SUCCEEDED);
}

TEST_F(RecoveryTest, AResultReportedOnlyAfterTheRestartIsTaken) {
  const std::string id = Submit(SampleAblation()).job_id();
  v1::Task task;
  {
    FakeWorker worker(channel(), "w");
    task = worker.AwaitStart();
    Restart();
  }
  FakeWorker worker(channel(), "w");
  worker.Finish(task, worker.Answer(task));
  EXPECT_EQ(Stage(Get(id), "inspect").state(), v1::SUCCEEDED);
  EXPECT_EQ(worker.AwaitStart().stage(), "rank");
}

TEST_F(RecoveryTest, ATaskNobodyComesBackWithIsTriedAgain) {
  const std::string id = Submit(SampleAblation()).job_id();
  {
    FakeWorker worker(channel(), "w");
    worker.AwaitStart();
    Restart();
  }
  Advance(absl::Seconds(9));
  FakeWorker worker(channel(), "other");
  EXPECT_EQ(Stage(Get(id), "inspect").restarts(), 0u);
  Advance(absl::Seconds(2));
  EXPECT_EQ(worker.AwaitStart().attempt(), 2u);
  EXPECT_EQ(Stage(Get(id), "inspect").restarts(), 1u);
}

TEST_F(RecoveryTest, SequenceNumbersNeverRepeat) {
  const std::string id = Submit(SampleAblation()).job_id();
  FakeWorker first(channel(), "w");
  const v1::Task task = first.AwaitStart();
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Seconds(1));
    first.Progress(task, {});
  }
  first.Finish(task, first.Answer(task));
  const auto last_of = [&](std::vector<v1::Event> events) { return events.back().sequence(); };
  const auto page = server_->coordinator().WaitEvents(id, 0, absl::ZeroDuration());
  ASSERT_TRUE(page.ok());
  const std::uint64_t before = last_of(page->events);
  first.Vanish();
  Restart();
  Advance(absl::Seconds(11));
  FakeWorker second(channel(), "v");
  Work(second, id);
  const auto rest = server_->coordinator().WaitEvents(id, before, absl::ZeroDuration());
  ASSERT_TRUE(rest.ok());
  ASSERT_FALSE(rest->events.empty());
  EXPECT_GT(rest->events.front().sequence(), before);
  EXPECT_TRUE(rest->ended);
}

TEST_F(RecoveryTest, ASecondCoordinatorOnTheFolderIsRefused) {
  const absl::Status status =
      CoordinatorServer::Start({.data_dir = folder_.path(), .listen = "127.0.0.1:0", .metrics = ""}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(status.message(), HasSubstr("another coordinator"));
}

TEST_F(RecoveryTest, APortInUseIsSaid) {
  TempFolder other;
  const std::string address = absl::StrCat("127.0.0.1:", server_->grpc_port());
  const absl::Status status =
      CoordinatorServer::Start({.data_dir = other.path(), .listen = address, .metrics = ""}).status();
  EXPECT_THAT(status.message(), HasSubstr(address));
  EXPECT_THAT(status.message(), HasSubstr("--listen"));
}

}  // namespace
}  // namespace rad
