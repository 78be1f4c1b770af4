// Sweeps over real gRPC and RocksDB, with a scripted worker, through restarts of the coordinator.
#include <gmock/gmock.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "rad/v1/sweep.grpc.pb.h"
#include "tests/coordinator/sample_sweep.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SweepServiceTest : public ServiceTest {
 protected:
  using Action = v1::ControlSweepRequest;

  std::unique_ptr<v1::SweepService::Stub> sweeps() { return v1::SweepService::NewStub(channel()); }

  grpc::Status TrySubmit(const v1::Sweep& sweep, const std::string& request_id, v1::SweepStatus* status) {
    grpc::ClientContext context;
    v1::SubmitSweepRequest request;
    request.set_request_id(request_id);
    *request.mutable_sweep() = sweep;
    return sweeps()->Submit(&context, request, status);
  }

  v1::SweepStatus SubmitSweep(const v1::Sweep& sweep) {
    v1::SweepStatus status;
    const grpc::Status result = TrySubmit(sweep, "", &status);
    EXPECT_TRUE(result.ok()) << result.error_message();
    return status;
  }

  grpc::Status Control(const std::string& sweep_id, Action::Action action,
                       const std::string& request_id = "") {
    grpc::ClientContext context;
    v1::ControlSweepRequest request;
    request.set_sweep_id(sweep_id);
    request.set_action(action);
    request.set_request_id(request_id);
    v1::SweepStatus status;
    return sweeps()->Control(&context, request, &status);
  }

  v1::SweepStatus GetSweep(const std::string& sweep_id) {
    grpc::ClientContext context;
    v1::GetSweepRequest request;
    request.set_sweep_id(sweep_id);
    v1::SweepStatus status;
    const grpc::Status result = sweeps()->Get(&context, request, &status);
    EXPECT_TRUE(result.ok()) << result.error_message();
    return status;
  }

  bool Ended(const std::string& sweep_id) {
    const v1::State state = GetSweep(sweep_id).state();
    return state == v1::SUCCEEDED || state == v1::FAILED || state == v1::CANCELLED;
  }

  // Does every task until the sweep ends; "job-1/align" of each, but for inspections. Distillations of `bad`
  // fail.
  std::vector<std::string> WorkSweep(FakeWorker& worker, const std::string& sweep_id,
                                     const std::string& bad = "none") {
    std::vector<std::string> done;
    for (int tasks = 0; tasks < 200 && !Ended(sweep_id); ++tasks) {
      const v1::Task task = worker.AwaitStart();
      if (HasFailure()) return done;
      if (!task.work().has_inspect()) done.push_back(absl::StrCat(task.job_id(), "/", task.stage()));
      if (task.job_id() == bad && task.work().has_distill()) {
        worker.Fail(task, v1::TaskFailure::INVALID, "it diverged");
      } else {
        worker.Finish(task, worker.Answer(task));
      }
    }
    EXPECT_TRUE(Ended(sweep_id));
    return done;
  }
};

std::size_t CountOf(const std::vector<std::string>& done, absl::string_view stage) {
  return std::count_if(done.begin(), done.end(), [&](const std::string& one) {
    return one.find(absl::StrCat("/", stage)) != std::string::npos;
  });
}

// Four budgets at two state dimensions: what eight points align is what the two dearest would alone.
TEST_F(SweepServiceTest, RanksOnceAndAlignsOncePerStateDimension) {
  v1::Sweep sweep = BareSweep();
  AddAxis(sweep, "student.head_budget", {"0", "2", "4", "6"});
  AddAxis(sweep, "student.state_dim", {"8", "16"});
  const std::string id = SubmitSweep(sweep).sweep_id();
  FakeWorker worker(channel(), "w");
  const std::vector<std::string> done = WorkSweep(worker, id);
  EXPECT_EQ(CountOf(done, "align"), 2u);
  EXPECT_EQ(CountOf(done, "distill"), 8u);
  EXPECT_EQ(CountOf(done, "evaluate/teacher"), 1u);
  const v1::SweepStatus status = GetSweep("grid");
  EXPECT_EQ(status.state(), v1::SUCCEEDED);
  EXPECT_EQ(status.reason(), "8 of 8 points done");
  for (const v1::SweepPoint& point : status.points()) {
    ASSERT_EQ(point.trials_size(), 1);
    EXPECT_EQ(point.result().tokens(), 30'000u);
    EXPECT_DOUBLE_EQ(point.result().coverage(), 0.99);
  }
  EXPECT_EQ(status.points(3).result().head_budget(), 2u);
  EXPECT_EQ(status.points(3).result().state_dim(), 16u);
  EXPECT_EQ(status.align().alignments(), 2u);
  EXPECT_EQ(status.align().computed_tokens(), 40'000u);
  EXPECT_EQ(status.align().two_dearest_tokens(), 40'000u);
  EXPECT_DOUBLE_EQ(status.align().computed_seconds(), 3);
}

TEST_F(SweepServiceTest, EveryPointEndsOnceThoughTheCoordinatorRestartsAfterEveryTask) {
  v1::Sweep sweep = BareSweep();
  AddAxis(sweep, "student.head_budget", {"0", "2"});
  const std::string id = SubmitSweep(sweep).sweep_id();
  std::set<std::string> once;
  for (int restart = 0; restart < 60 && !Ended(id); ++restart) {
    if (restart > 0) Advance(absl::Seconds(11));  // nobody comes back with the task handed out before
    FakeWorker worker(channel(), absl::StrCat("w", restart));
    const v1::Task task = worker.AwaitStart();
    worker.Finish(task, worker.Answer(task));
    if (!task.work().has_inspect()) {
      EXPECT_TRUE(once.insert(task.task_id()).second) << task.job_id() << "/" << task.stage();
    }
    Restart();
  }
  const v1::SweepStatus status = GetSweep(id);
  EXPECT_EQ(status.state(), v1::SUCCEEDED);
  for (const v1::SweepPoint& point : status.points()) {
    ASSERT_EQ(point.trials_size(), 1);
    EXPECT_EQ(point.state(), v1::SUCCEEDED);
    EXPECT_EQ(Get(point.trials(0).job_id()).state(), v1::SUCCEEDED);
  }
}

TEST_F(SweepServiceTest, AFailedPointIsRetriedAloneAndARepeatedRequestRetriesNothing) {
  const std::string id = SubmitSweep(SampleSweep()).sweep_id();
  FakeWorker worker(channel(), "w");
  WorkSweep(worker, id, /*bad=*/"job-2");
  v1::SweepStatus status = GetSweep(id);
  EXPECT_EQ(status.state(), v1::FAILED);
  EXPECT_EQ(status.reason(), "3 of 4 points done, failed: 2");
  EXPECT_THAT(status.points(1).reason(), HasSubstr("it diverged"));
  Restart();
  FakeWorker second(channel(), "v");
  ASSERT_TRUE(Control(id, Action::RETRY, "again").ok());
  const std::vector<std::string> done = WorkSweep(second, id);
  EXPECT_THAT(done, ElementsAre("job-5/distill/top-2", "job-5/evaluate/top-2", "job-5/export/top-2"));
  EXPECT_EQ(GetSweep(id).state(), v1::SUCCEEDED);
  EXPECT_EQ(GetSweep(id).points(1).trials_size(), 2);
  EXPECT_TRUE(Control(id, Action::RETRY, "again").ok());  // the same request, sent again
  EXPECT_EQ(GetSweep(id).points(1).trials_size(), 2);
  EXPECT_EQ(Control(id, Action::RETRY, "another").error_code(), grpc::FAILED_PRECONDITION);
}

TEST_F(SweepServiceTest, PauseOutlivesARestart) {
  v1::Sweep sweep = SampleSweep();
  sweep.mutable_spec()->set_max_concurrent(1);
  const std::string id = SubmitSweep(sweep).sweep_id();
  ASSERT_TRUE(Control(id, Action::PAUSE).ok());
  Restart();
  FakeWorker worker(channel(), "w");
  Work(worker, "job-1");
  EXPECT_EQ(GetSweep(id).points(0).state(), v1::SUCCEEDED);
  EXPECT_EQ(GetSweep(id).points(1).state(), v1::PENDING);
  ASSERT_TRUE(Control(id, Action::RESUME).ok());
  EXPECT_EQ(GetSweep(id).points(1).state(), v1::RUNNING);
  EXPECT_EQ(GetSweep(id).points(2).state(), v1::PENDING);  // one at a time
}

TEST_F(SweepServiceTest, CancelEndsItsJobsAndItsPoints) {
  v1::Sweep sweep = SampleSweep();
  sweep.mutable_spec()->set_max_concurrent(2);
  const std::string id = SubmitSweep(sweep).sweep_id();
  ASSERT_TRUE(Control(id, Action::CANCEL).ok());
  const v1::SweepStatus status = GetSweep(id);
  EXPECT_EQ(status.state(), v1::CANCELLED);
  for (const v1::SweepPoint& point : status.points()) EXPECT_EQ(point.state(), v1::CANCELLED);
  EXPECT_EQ(Get("job-1").state(), v1::CANCELLED);
  EXPECT_EQ(Control(id, Action::RESUME).error_code(), grpc::FAILED_PRECONDITION);
}

TEST_F(SweepServiceTest, ABadPointIsRefusedBeforeAnythingStarts) {
  v1::Sweep sweep = BareSweep();
  AddAxis(sweep, "student.state_dim", {"4", "0"});
  v1::SweepStatus status;
  const grpc::Status result = TrySubmit(sweep, "", &status);
  EXPECT_EQ(result.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(result.error_message(), HasSubstr("spec.student.state_dim is 0; give 1 to 1024 (point 2)"));
  grpc::ClientContext context;
  v1::ListSweepsResponse list;
  ASSERT_TRUE(sweeps()->List(&context, {}, &list).ok());
  EXPECT_EQ(list.sweeps_size(), 0);
}

TEST_F(SweepServiceTest, TheSameRequestMakesOneSweep) {
  v1::SweepStatus first, second;
  ASSERT_TRUE(TrySubmit(SampleSweep(), "r", &first).ok());
  Restart();
  ASSERT_TRUE(TrySubmit(SampleSweep(), "r", &second).ok());
  EXPECT_EQ(first.sweep_id(), second.sweep_id());
  v1::Sweep other = SampleSweep();
  other.mutable_metadata()->set_name("other");
  EXPECT_EQ(TrySubmit(other, "r", &second).error_code(), grpc::ALREADY_EXISTS);
}

}  // namespace
}  // namespace rad
