#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "proto/protocol_version.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WorkerServiceTest : public ServiceTest {
 protected:
  std::string WorkerState(const std::string& name) {
    const v1::ListWorkersResponse workers = server_->coordinator().ListWorkers();
    for (const v1::WorkerStatus& worker : workers.workers()) {
      if (worker.name() == name) return worker.state();
    }
    return "absent";
  }
};

TEST_F(WorkerServiceTest, AnotherProtocolVersionIsRefused) {
  auto stub = v1::WorkerService::NewStub(channel());
  grpc::ClientContext context;
  v1::RegisterRequest request = RegistrationOf("old");
  request.set_protocol_version(kProtocolVersion + 7);
  v1::RegisterResponse response;
  const grpc::Status status = stub->Register(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat("protocol ", kProtocolVersion + 7)));
  EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat("protocol ", kProtocolVersion)));
}

TEST_F(WorkerServiceTest, AnUnknownWorkerIsToldToRegister) {
  auto stub = v1::WorkerService::NewStub(channel());
  grpc::ClientContext context;
  auto session = stub->Session(&context);
  v1::WorkerMessage message;
  message.set_worker_id("w99");
  message.mutable_heartbeat();
  session->Write(message);
  v1::Directive directive;
  EXPECT_FALSE(session->Read(&directive));
  EXPECT_EQ(session->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(WorkerServiceTest, ALostWorkersTaskIsTriedOnAnother) {
  FakeWorker lost(channel(), "lost");
  const std::string id = Submit(SampleAblation()).job_id();
  const v1::Task first = lost.AwaitStart();
  FakeWorker heir(channel(), "heir");
  Advance(absl::Seconds(6));
  heir.Renew();
  Advance(absl::Seconds(6));  // the first worker's ten seconds are over, the second's are not
  const v1::Task second = heir.AwaitStart();
  EXPECT_EQ(second.task_id(), first.task_id());
  EXPECT_EQ(second.attempt(), 2u);
  EXPECT_GT(second.epoch(), first.epoch());
  EXPECT_EQ(WorkerState("lost"), "lost");
  EXPECT_EQ(Stage(Get(id), "inspect").restarts(), 1u);
}

TEST_F(WorkerServiceTest, HeartbeatsKeepTheLease) {
  FakeWorker worker(channel(), "w");
  for (int i = 0; i < 5; ++i) {
    Advance(absl::Seconds(6));
    worker.Renew();
  }
  EXPECT_EQ(WorkerState("w"), "idle");
}

TEST_F(WorkerServiceTest, AWorkerThatLeavesGivesItsTaskBackAtOnce) {
  FakeWorker leaver(channel(), "leaver"), heir(channel(), "heir");
  const std::string id = Submit(SampleAblation()).job_id();
  leaver.AwaitStart();
  EXPECT_TRUE(leaver.Leave().ok());
  EXPECT_EQ(heir.AwaitStart().attempt(), 2u);
  EXPECT_EQ(WorkerState("leaver"), "absent");
}

TEST_F(WorkerServiceTest, ACoordinatorThatStopsTellsSessionsAndStreamsSo) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  worker.AwaitStart();
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job_id(id);
  auto watch = jobs_->Watch(&context, request);
  v1::Event event;
  ASSERT_TRUE(watch->Read(&event));
  server_.reset();
  while (watch->Read(&event)) continue;
  for (const grpc::Status& status : {watch->Finish(), worker.Leave()}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(status.error_message(), "the coordinator is stopping");
  }
  Start();
  EXPECT_EQ(Stage(Get(id), "inspect").restarts(), 0u) << "what runs is not given up";
}

TEST_F(WorkerServiceTest, AStaleReportIsRefusedAndCounted) {
  FakeWorker slow(channel(), "slow");
  const std::string id = Submit(SampleAblation()).job_id();
  const v1::Task old = slow.AwaitStart();
  slow.Fail(old, v1::TaskFailure::CRASHED, "killed by SIGKILL");
  Advance(absl::Seconds(2));
  const v1::Task current = slow.AwaitStart();
  v1::TaskResult wrong = slow.Answer(old);
  wrong.mutable_teacher()->set_digest("of the stale report");
  slow.Finish(old, wrong);  // acknowledged, so that it is not sent for ever
  std::string artifact_id;
  const grpc::Status write = slow.Publish(old, v1::Manifest::CHECKPOINT, "bytes", 1, &artifact_id);
  EXPECT_EQ(write.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  slow.Finish(current, slow.Answer(current));
  EXPECT_EQ(Get(id).teacher().digest(), SampleTeacher().digest());
}

TEST_F(WorkerServiceTest, FailuresAreTriedAgainAfterABackoffAndThenFailTheJob) {
  FakeWorker worker(channel(), "w");
  v1::Job job = SampleAblation();
  job.mutable_spec()->mutable_failure()->set_max_restarts(2);
  const std::string id = Submit(job).job_id();
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    const v1::Task task = worker.AwaitStart();
    EXPECT_EQ(task.attempt(), attempt);
    worker.Fail(task, v1::TaskFailure::FAILED, "disk full");
    EXPECT_EQ(Get(id).pending(), attempt < 3 ? v1::BACKOFF : v1::NOT_PENDING);
    worker.Heartbeat({});
    Advance(absl::Seconds(5));
  }
  const v1::JobStatus status = Get(id);
  EXPECT_EQ(status.state(), v1::FAILED);
  EXPECT_THAT(status.reason(), HasSubstr("inspect: disk full"));
  EXPECT_EQ(Stage(status, "inspect").state(), v1::FAILED);
  EXPECT_EQ(Stage(status, "rank").state(), v1::CANCELLED);
}

TEST_F(WorkerServiceTest, AnInvalidTaskFailsTheJobAtOnce) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  worker.Fail(worker.AwaitStart(), v1::TaskFailure::INVALID, "spec.teacher.path: no such file");
  EXPECT_EQ(Get(id).state(), v1::FAILED);
  EXPECT_THAT(Get(id).reason(), HasSubstr("no such file"));
}

TEST_F(WorkerServiceTest, AReportThatAnswersSomethingElseIsAFailure) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  v1::TaskResult result;
  result.mutable_align();
  worker.Finish(worker.AwaitStart(), result);
  EXPECT_EQ(Get(id).state(), v1::RUNNING);
  EXPECT_EQ(Stage(Get(id), "inspect").restarts(), 1u);
}

TEST_F(WorkerServiceTest, AnUnknownAttemptOnAWorkerIsStopped) {
  FakeWorker worker(channel(), "w");
  v1::Fence fence;
  fence.set_task_id("job-77.1");
  fence.set_attempt(1);
  worker.Heartbeat({fence});
  EXPECT_EQ(worker.Await(v1::Directive::kStop).stop().task_id(), "job-77.1");
  EXPECT_EQ(WorkerState("w"), "busy");
  worker.Renew();
  Submit(SampleAblation());
  worker.AwaitStart();
}

TEST_F(WorkerServiceTest, ATaskTheWorkerDoesNotRunIsGivenOutAgain) {
  FakeWorker worker(channel(), "w");
  Submit(SampleAblation());
  const v1::Task lost_directive = worker.AwaitStart();
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(absl::Seconds(3));
    worker.Heartbeat({});
  }
  EXPECT_EQ(worker.Await(v1::Directive::kStop).stop().epoch(), lost_directive.epoch());  // it may yet come
  worker.Heartbeat({});
  const v1::Task again = worker.AwaitStart();
  EXPECT_EQ(again.task_id(), lost_directive.task_id());
  EXPECT_EQ(again.attempt(), 2u);
}

class Recorder : public DirectiveSink {
 public:
  void Send(const v1::Directive& directive) override { sent.push_back(directive.directive_case()); }
  void Close(const absl::Status&) override {}
  std::vector<v1::Directive::DirectiveCase> sent;
};

// It may be one that is back, busy, after the coordinator was away.
TEST_F(WorkerServiceTest, AWorkerIsGivenNothingUntilItHasSaidWhatItRuns) {
  Coordinator& coordinator = server_->coordinator();
  const std::string id = coordinator.Register(RegistrationOf("w"))->worker_id();
  const auto sink = std::make_shared<Recorder>();
  ASSERT_TRUE(coordinator.Attach(id, sink).ok());
  Submit(SampleAblation());
  EXPECT_THAT(sink->sent, IsEmpty());
  v1::WorkerMessage heartbeat;
  heartbeat.set_worker_id(id);
  heartbeat.mutable_heartbeat();
  ASSERT_TRUE(coordinator.Receive(heartbeat, sink.get()).ok());
  EXPECT_THAT(sink->sent, ElementsAre(v1::Directive::kRenewed, v1::Directive::kStart));
  ASSERT_TRUE(coordinator.Receive(heartbeat, sink.get()).ok());
  EXPECT_THAT(sink->sent,
              ElementsAre(v1::Directive::kRenewed, v1::Directive::kStart, v1::Directive::kRenewed));
}

// Where a pass takes long it comes with the next ticks, and many workers are given work at once.
TEST_F(WorkerServiceTest, ALongQueueServesItsWorkersSoonAfterTheyJoin) {
  for (int i = 0; i < 520; ++i) ASSERT_TRUE(server_->coordinator().Submit({}, SampleAblation()).ok());
  FakeWorker a(channel(), "a"), b(channel(), "b");
  Advance(absl::Milliseconds(300));
  EXPECT_EQ(a.AwaitStart().job_id(), "job-1");
  EXPECT_EQ(b.AwaitStart().job_id(), "job-2");
  EXPECT_EQ(Get("job-520").pending(), v1::BEHIND_OTHERS);
}

TEST_F(WorkerServiceTest, ManyWorkersShareARound) {
  std::vector<std::unique_ptr<FakeWorker>> workers;
  for (int i = 0; i < 40; ++i)
    workers.push_back(std::make_unique<FakeWorker>(channel(), absl::StrCat("w", i)));
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(Submit(SampleAblation()).job_id());
  std::set<std::string> started;
  for (auto& worker : workers) started.insert(worker->AwaitStart().job_id());
  EXPECT_EQ(started.size(), 40u);
}

}  // namespace
}  // namespace rad
