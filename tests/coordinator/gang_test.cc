// A training run on two workers, by the coordinator's lights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "rad/v1/rendezvous.grpc.pb.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class GangTest : public ServiceTest {
 protected:
  // Both workers are told to align.
  void StartGang(std::uint32_t min_workers) {
    v1::Job job = SampleJob();
    job.mutable_spec()->mutable_resources()->mutable_workers()->set_min(min_workers);
    job.mutable_spec()->mutable_resources()->mutable_workers()->set_max(2);
    a_ = std::make_unique<FakeWorker>(channel(), "a");
    id_ = Submit(job).job_id();
    for (const char* stage : {"inspect", "rank", "rank"}) {
      const v1::Task task = a_->AwaitStart();
      ASSERT_EQ(task.stage(), stage);
      if (b_ == nullptr && task.stage() == "rank" && ++ranked_ == 2)
        b_ = std::make_unique<FakeWorker>(channel(), "b");
      a_->Finish(task, a_->Answer(task));
    }
    TakeStarts();
  }

  void TakeStarts() {
    for (FakeWorker* worker : {a_.get(), b_.get()}) {
      const v1::Task task = worker->AwaitStart();
      EXPECT_EQ(task.stage(), "align");
      EXPECT_EQ(task.world_size(), 2u);
      ASSERT_LT(task.rank(), 2u);
      tasks_[task.rank()] = task;
      workers_[task.rank()] = worker;
    }
    ASSERT_NE(tasks_[0].rank(), tasks_[1].rank());
    EXPECT_EQ(tasks_[0].epoch(), tasks_[1].epoch());
  }

  grpc::Status SetKey(const v1::Task& task, const std::string& key, const std::string& value) {
    grpc::ClientContext context;
    v1::SetKeyRequest request;
    *request.mutable_fence() = FenceFor(task);
    request.set_key(key);
    request.set_value(value);
    v1::SetKeyResponse response;
    return v1::RendezvousService::NewStub(channel())->SetKey(&context, request, &response);
  }

  grpc::Status GetKeys(const v1::Task& task, const std::string& key, std::uint32_t wait_millis,
                       v1::GetKeysResponse* response) {
    grpc::ClientContext context;
    v1::GetKeysRequest request;
    *request.mutable_fence() = FenceFor(task);
    request.add_keys(key);
    request.set_wait_millis(wait_millis);
    return v1::RendezvousService::NewStub(channel())->GetKeys(&context, request, response);
  }

  std::unique_ptr<FakeWorker> a_, b_;
  int ranked_ = 0;
  std::string id_;
  v1::Task tasks_[2];         // by rank
  FakeWorker* workers_[2]{};  // by rank
};

TEST_F(GangTest, RankZeroGivesTheResultAndTheOthersAreDoneBefore) {
  StartGang(2);
  EXPECT_EQ(Stage(Get(id_), "align").worker(), workers_[0] == a_.get() ? "a, b" : "b, a");
  workers_[1]->Finish(tasks_[1], {});
  EXPECT_EQ(Stage(Get(id_), "align").state(), v1::RUNNING);
  std::string artifact_id;
  const grpc::Status write = workers_[1]->Publish(tasks_[1], v1::Manifest::OUTPUT, "bytes", 0, &artifact_id);
  EXPECT_THAT(write.error_message(), HasSubstr("only rank 0"));
  workers_[0]->Finish(tasks_[0], workers_[0]->Answer(tasks_[0]));
  EXPECT_EQ(Stage(Get(id_), "align").state(), v1::SUCCEEDED);
}

TEST_F(GangTest, TheRankThatTheOthersWaitForShows) {
  StartGang(2);
  const auto score = [&](int rank) { return Stage(Get(id_), "align").ranks(rank).straggler_score(); };
  ASSERT_EQ(Stage(Get(id_), "align").ranks_size(), 2);
  EXPECT_EQ(Stage(Get(id_), "align").ranks(0).worker(), workers_[0] == a_.get() ? "a" : "b");
  EXPECT_EQ(score(0), 0) << "nothing is known yet";
  for (const std::uint64_t step : {3, 10}) {
    for (const int rank : {0, 1}) {
      v1::Progress progress;
      progress.set_step(step);
      progress.set_compute_seconds(static_cast<double>(step) * (rank == 0 ? 0.2 : 0.5));
      workers_[rank]->Progress(tasks_[rank], progress);
      workers_[rank]->Renew({FenceFor(tasks_[rank])});
    }
  }
  EXPECT_DOUBLE_EQ(score(0), 1);
  EXPECT_NEAR(score(1), 2.5, 1e-9);
  const MetricsSnapshot snapshot = server_->coordinator().TakeSnapshot();
  EXPECT_EQ(snapshot.running.at(0).stage.ranks(1).straggler_score(), score(1));
  workers_[1]->Fail(tasks_[1], v1::TaskFailure::CRASHED, "killed by SIGKILL");
  EXPECT_EQ(Stage(Get(id_), "align").ranks_size(), 0);
}

TEST_F(GangTest, OneRanksFailureEndsTheAttemptOfAllAndTheyMeetAgainUnderANewEpoch) {
  StartGang(2);
  const v1::Task old = tasks_[0];
  ASSERT_TRUE(SetKey(old, "address of rank 0", "here").ok());
  v1::GetKeysResponse found, waited;
  ASSERT_TRUE(GetKeys(tasks_[1], "address of rank 0", 0, &found).ok());
  EXPECT_EQ(found.values(0), "here");
  std::future<grpc::Status> waiting =
      std::async(std::launch::async, [&] { return GetKeys(old, "never set", 10'000, &waited); });
  workers_[1]->Fail(tasks_[1], v1::TaskFailure::CRASHED, "killed by SIGKILL");
  EXPECT_EQ(waiting.get().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(workers_[0]->Await(v1::Directive::kStop).stop().epoch(), old.epoch());
  workers_[0]->Fail(old, v1::TaskFailure::CANCELLED, "stopped");
  v1::Task others[2];  // that both are given during the back-off
  for (const int rank : {0, 1}) {
    others[rank] = workers_[rank]->AwaitStart();
    EXPECT_THAT(others[rank].stage(), AnyOf("evaluate/teacher", "roles"));
  }
  Advance(absl::Seconds(2));
  for (const int rank : {0, 1}) workers_[rank]->Finish(others[rank], workers_[rank]->Answer(others[rank]));
  TakeStarts();
  EXPECT_GT(tasks_[0].epoch(), old.epoch());
  EXPECT_EQ(Stage(Get(id_), "align").restarts(), 1u);
  EXPECT_EQ(SetKey(old, "address of rank 0", "stale").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  v1::GetKeysResponse anew;
  ASSERT_TRUE(GetKeys(tasks_[0], "address of rank 0", 0, &anew).ok());
  EXPECT_EQ(anew.values_size(), 0) << "of the attempt before";
}

TEST_F(GangTest, ARankThatLostTouchLeavesTheCauseToTheOther) {
  StartGang(2);
  workers_[0]->Fail(tasks_[0], v1::TaskFailure::PEER_LOST, "connection closed");
  EXPECT_EQ(Stage(Get(id_), "align").state(), v1::RUNNING);
  EXPECT_EQ(Stage(Get(id_), "align").restarts(), 0u);
  workers_[1]->Fail(tasks_[1], v1::TaskFailure::INVALID, "spec.teacher.path: no such file");
  EXPECT_EQ(Get(id_).state(), v1::FAILED);
  EXPECT_THAT(Get(id_).reason(), HasSubstr("no such file"));
}

TEST_F(GangTest, RanksThatAllLostTouchAreTriedAgain) {
  StartGang(2);
  for (const int rank : {0, 1}) workers_[rank]->Fail(tasks_[rank], v1::TaskFailure::PEER_LOST, "timed out");
  Advance(absl::Milliseconds(100));
  EXPECT_EQ(Stage(Get(id_), "align").restarts(), 1u);
}

TEST_F(GangTest, ASmallerGangGoesOnWhenAWorkerIsLost) {
  StartGang(1);
  Advance(absl::Seconds(6));
  workers_[0]->Renew({FenceFor(tasks_[0])});
  Advance(absl::Seconds(6));
  workers_[0]->Await(v1::Directive::kStop);
  workers_[0]->Fail(tasks_[0], v1::TaskFailure::CANCELLED, "stopped");
  const v1::Task task = workers_[0]->AwaitStart();
  EXPECT_EQ(task.stage(), "align");
  EXPECT_EQ(task.world_size(), 1u);
  EXPECT_EQ(task.batch_parts(), 2u);
}

TEST_F(GangTest, ARankThatHasLeftWaitsForRankZeroToSave) {
  StartGang(2);
  v1::Job urgent = SampleAblation();
  urgent.mutable_spec()->set_priority(5);
  urgent.mutable_spec()->mutable_probe()->set_seed(105);  // of which nothing is known
  Submit(urgent);
  for (FakeWorker* worker : workers_) worker->Await(v1::Directive::kPreempt);
  workers_[1]->Fail(tasks_[1], v1::TaskFailure::PREEMPTED, "made room");
  EXPECT_EQ(workers_[1]->AwaitStart().job_id(), "job-2");
  std::string artifact_id;
  EXPECT_TRUE(workers_[0]->Publish(tasks_[0], v1::Manifest::CHECKPOINT, "saved", 7, &artifact_id).ok())
      << "its attempt is still the running one";
  workers_[0]->Fail(tasks_[0], v1::TaskFailure::PREEMPTED, "made room");
  EXPECT_EQ(Stage(Get(id_), "align").restarts(), 0u);
}

TEST_F(GangTest, SurvivesTheCoordinatorsRestart) {
  StartGang(2);
  Restart();
  for (const int rank : {1, 0}) {
    auto& worker = workers_[rank] == a_.get() ? a_ : b_;
    worker = std::make_unique<FakeWorker>(channel(), rank == 0 ? "first" : "second");
    workers_[rank] = worker.get();
    workers_[rank]->Renew({FenceFor(tasks_[rank])});
  }
  clock_.Advance(absl::Seconds(9));
  for (const int rank : {0, 1}) workers_[rank]->Renew({FenceFor(tasks_[rank])});
  Advance(absl::Seconds(2));
  EXPECT_EQ(Stage(Get(id_), "align").restarts(), 0u);
  workers_[0]->Finish(tasks_[0], workers_[0]->Answer(tasks_[0]));
  EXPECT_EQ(Stage(Get(id_), "align").state(), v1::SUCCEEDED);
}

}  // namespace
}  // namespace rad
