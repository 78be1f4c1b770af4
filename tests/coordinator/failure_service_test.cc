// What becomes of attempts that fail, hang or vanish, over the real service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class FailureServiceTest : public ServiceTest {
 protected:
  // An ablation's only task at first: the inspection of its teacher.
  std::string SubmitWith(const v1::Failure& failure) {
    v1::Job job = SampleAblation();
    job.mutable_spec()->mutable_failure()->MergeFrom(failure);
    return Submit(job).job_id();
  }

  static v1::Failure HangSeconds(std::uint32_t seconds) {
    v1::Failure failure;
    failure.set_hang_seconds(seconds);
    return failure;
  }

  // As an agent does every second, whatever its executor does.
  void Live(FakeWorker& worker, const v1::Task& task, double done, int seconds) {
    v1::Progress progress;
    progress.set_phase("working");
    progress.set_done(done);
    progress.set_total(100);
    for (int i = 0; i < seconds; ++i) {
      Advance(absl::Seconds(1));
      worker.Progress(task, progress);
      worker.Renew({FenceFor(task)});
    }
  }

  std::uint32_t Restarts(const std::string& id) { return Stage(Get(id), "inspect").restarts(); }

  void Lose(FakeWorker& worker) {
    worker.Vanish();
    Advance(absl::Seconds(11));
  }
};

TEST_F(FailureServiceTest, AnAttemptThatStandsStillIsStoppedAndTriedAgain) {
  FakeWorker worker(channel(), "w");
  const std::string id = SubmitWith(HangSeconds(20));
  const v1::Task task = worker.AwaitStart();
  for (const int done : {1, 2, 3}) Live(worker, task, done, 1);
  Live(worker, task, 3, 20);
  EXPECT_EQ(Restarts(id), 0u);
  Live(worker, task, 3, 1);
  Advance(absl::Milliseconds(100));
  EXPECT_EQ(worker.Await(v1::Directive::kStop).stop().epoch(), task.epoch());
  EXPECT_EQ(Restarts(id), 1u);
  EXPECT_EQ(Get(id).pending(), v1::BACKOFF);
  worker.Fail(task, v1::TaskFailure::CANCELLED, "stopped");
  Advance(absl::Seconds(1));
  EXPECT_EQ(worker.AwaitStart().attempt(), 2u);
}

TEST_F(FailureServiceTest, HangsSpendTheRestartsThatAreAllowed) {
  FakeWorker worker(channel(), "w");
  v1::Failure failure = HangSeconds(20);
  failure.set_max_restarts(0);
  const std::string id = SubmitWith(failure);
  const v1::Task task = worker.AwaitStart();
  for (const int done : {1, 2}) Live(worker, task, done, 1);
  Live(worker, task, 2, 22);
  EXPECT_EQ(Get(id).state(), v1::FAILED);
  EXPECT_THAT(Get(id).reason(), AllOf(HasSubstr("inspect: no progress in \"working\" for 21 s"),
                                      HasSubstr("hang_seconds is 20"), HasSubstr("max_restarts is 0")));
}

TEST_F(FailureServiceTest, AWorkerThatWasAwayIsGivenTheTimeBack) {
  auto worker = std::make_unique<FakeWorker>(channel(), "w");
  const std::string id = SubmitWith(HangSeconds(20));
  const v1::Task task = worker->AwaitStart();
  for (const int done : {1, 2}) Live(*worker, task, done, 1);
  Live(*worker, task, 2, 18);
  worker->Vanish();
  Advance(absl::Seconds(9));  // its lease holds
  worker = std::make_unique<FakeWorker>(channel(), "w");
  Live(*worker, task, 2, 1);
  Advance(absl::Milliseconds(100));
  EXPECT_EQ(Restarts(id), 0u);
  Live(*worker, task, 2, 2);
  Advance(absl::Milliseconds(100));
  EXPECT_EQ(Restarts(id), 1u) << "but no more than that";
}

TEST_F(FailureServiceTest, ARestartedCoordinatorStartsToWatchAnew) {
  std::string id;
  v1::Task task;
  {
    FakeWorker worker(channel(), "w");
    id = SubmitWith(HangSeconds(20));
    task = worker.AwaitStart();
    for (const int done : {1, 2}) Live(worker, task, done, 1);
    Live(worker, task, 2, 19);
    Restart();
  }
  Advance(absl::Seconds(8));
  FakeWorker worker(channel(), "w");
  for (const int done : {2, 3, 4}) Live(worker, task, done, 5);
  EXPECT_EQ(Restarts(id), 0u);
  Live(worker, task, 4, 26);
  EXPECT_EQ(Restarts(id), 1u) << "five steps of five seconds";
}

TEST_F(FailureServiceTest, RulesDecide) {
  FakeWorker worker(channel(), "w");
  v1::Failure failure;
  failure.set_max_restarts(0);
  v1::FailureRule& transient = *failure.add_rules();
  transient.set_message("connection (reset|refused)");
  transient.set_action(v1::FailureRule::RETRY_FREE);
  v1::FailureRule& hopeless = *failure.add_rules();
  hopeless.set_reason("lost");
  hopeless.set_action(v1::FailureRule::FAIL);
  const std::string id = SubmitWith(failure);
  worker.Fail(worker.AwaitStart(), v1::TaskFailure::FAILED, "data.text: connection reset by peer");
  EXPECT_EQ(Get(id).state(), v1::RUNNING);
  Advance(absl::Seconds(1));
  worker.AwaitStart();
  Lose(worker);
  EXPECT_EQ(Get(id).state(), v1::FAILED);
  EXPECT_THAT(Get(id).reason(), HasSubstr("lease ran out [spec.failure.rules[1]]"));
}

TEST_F(FailureServiceTest, ARuleThatCannotBeIsRefusedWithItsField) {
  v1::Job job = SampleAblation();
  v1::FailureRule& rule = *job.mutable_spec()->mutable_failure()->add_rules();
  rule.set_message("*");
  rule.set_action(v1::FailureRule::FAIL);
  v1::JobStatus status;
  const grpc::Status refused = TrySubmit(job, "", &status);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("spec.failure.rules[0].message is \"*\""));
}

TEST_F(FailureServiceTest, ATaskThatThreeWorkersVanishWithIsNotGivenToAFourth) {
  const std::string id = SubmitWith({});
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_FALSE(Get(id).state() == v1::FAILED) << name;
    FakeWorker worker(channel(), name);
    worker.AwaitStart();
    Lose(worker);
    Restart();  // who was lost is not forgotten
  }
  EXPECT_EQ(Get(id).state(), v1::FAILED);
  EXPECT_THAT(Get(id).reason(), HasSubstr("the workers a, b, c vanished while they ran it"));
}

TEST_F(FailureServiceTest, ATaskThatGotOnSinceIsNotBlamedForWorkersThatVanish) {
  const std::string id = SubmitWith({});
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    FakeWorker worker(channel(), name);
    const v1::Task task = worker.AwaitStart();
    std::string artifact_id;
    EXPECT_TRUE(worker.Publish(task, v1::Manifest::CHECKPOINT, name, task.attempt(), &artifact_id).ok());
    Lose(worker);
  }
  EXPECT_EQ(Get(id).state(), v1::RUNNING);
}

TEST_F(FailureServiceTest, RunTimeBeforeARestartCounts) {
  v1::Failure failure;
  failure.set_max_run_seconds(30);
  const std::string id = SubmitWith(failure);
  v1::Task task;
  {
    FakeWorker worker(channel(), "w");
    task = worker.AwaitStart();
    for (int i = 0; i < 5; ++i) {
      Advance(absl::Seconds(5));
      worker.Renew({FenceFor(task)});
    }
    Restart();
  }
  Advance(absl::Seconds(8));
  EXPECT_EQ(Get(id).state(), v1::RUNNING) << "whether it still ran is not known yet";
  FakeWorker worker(channel(), "w");
  worker.Renew({FenceFor(task)});
  Advance(absl::Milliseconds(100));
  worker.Await(v1::Directive::kStop);
  EXPECT_EQ(Get(id).state(), v1::FAILED);
  EXPECT_THAT(Get(id).reason(), HasSubstr("have run for 33 seconds"));
}

TEST_F(FailureServiceTest, TimeOfAnAttemptThatNobodyBringsBackDoesNotCount) {
  v1::Failure failure;
  failure.set_max_run_seconds(30);
  const std::string id = SubmitWith(failure);
  {
    FakeWorker worker(channel(), "w");
    worker.AwaitStart();
    Restart();
  }
  clock_.Advance(absl::Hours(1));  // the coordinator's machine was off
  Restart();
  Advance(absl::Seconds(11));
  EXPECT_EQ(Get(id).state(), v1::RUNNING);
  FakeWorker worker(channel(), "w");
  EXPECT_EQ(worker.AwaitStart().attempt(), 2u);
  Advance(absl::Seconds(9));
  EXPECT_EQ(Get(id).state(), v1::RUNNING);
}

}  // namespace
}  // namespace rad
