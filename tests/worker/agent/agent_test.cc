// The agent as a real process, with real executors, against a scripted coordinator.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "proto/protocol_version.h"
#include "tests/worker/agent/worker_process.h"
#include "tests/worker/fakes/fake_coordinator.h"
#include "worker/wire/fence.h"

namespace rad {
namespace {

v1::Task TaskThat(const std::string& script, std::uint32_t attempt = 1) {
  v1::Task task;
  task.set_job_id("job-1");
  task.set_task_id("task-" + script);
  task.set_stage("inspect");
  task.set_attempt(attempt);
  task.set_epoch(10 + attempt);
  task.mutable_work()->mutable_inspect()->mutable_teacher()->set_path(script);
  return task;
}

bool IsFinished(const v1::WorkerMessage& message) { return message.has_finished(); }
// A report comes again until it is acknowledged, so a test that runs several tasks names the one it means.
auto IsFinishOf(const v1::Task& task) {
  return [task](const v1::WorkerMessage& message) {
    return IsFinished(message) && SameFence(message.finished().fence(), FenceOf(task));
  };
}
bool IsProgress(const v1::WorkerMessage& message) {
  return message.has_progress() && message.progress().progress().done() > 0;
}
bool IsLog(const v1::WorkerMessage& message) { return message.has_log(); }
bool IsIdle(const v1::WorkerMessage& message) {
  return message.has_heartbeat() && message.heartbeat().running().empty();
}
bool IsBusy(const v1::WorkerMessage& message) {
  return message.has_heartbeat() && !message.heartbeat().running().empty();
}

v1::Directive Stop(const v1::Task& task) {
  v1::Directive directive;
  *directive.mutable_stop() = FenceOf(task);
  return directive;
}

v1::Directive Preempt(const v1::Task& task) {
  v1::Directive directive;
  *directive.mutable_preempt() = FenceOf(task);
  return directive;
}

v1::Directive Acknowledge(const v1::Task& task) {
  v1::Directive directive;
  *directive.mutable_acknowledged() = FenceOf(task);
  return directive;
}

// The process that the scripted executor said it is.
pid_t ExecutorOf(FakeCoordinator& coordinator) {
  pid_t pid = 0;
  EXPECT_EQ(std::sscanf(coordinator.Await(IsLog).log().lines(0).c_str(), "process %d", &pid), 1);
  return pid;
}

bool Gone(pid_t pid) {
  for (int tries = 0; tries < 3000; ++tries) {
    if (kill(pid, 0) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool NoAttemptsLeft(const WorkerProcess& worker) {
  return std::filesystem::is_empty(worker.data_folder() / "attempts");
}

TEST(AgentTest, RegistersWithWhatTheMachineHas) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  coordinator.Await(IsIdle);
  const v1::RegisterRequest request = coordinator.registrations().at(0);
  EXPECT_EQ(request.protocol_version(), kProtocolVersion);
  EXPECT_EQ(request.name(), "w");
  EXPECT_EQ(request.incarnation().size(), 32u);
  EXPECT_EQ(request.threads(), 3u);
  EXPECT_GT(request.memory_bytes(), 1u << 28);
  EXPECT_EQ(request.metrics_address(), "127.0.0.1:" + std::to_string(worker.MetricsPort()));
}

TEST(AgentTest, RegistersItsLabels) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address(), {{"--label", "zone=a"}});
  coordinator.Await(IsIdle);
  EXPECT_EQ(coordinator.registrations().at(0).labels().at("zone"), "a");
}

TEST(AgentTest, ATaskThatIsAskedForRoomSaysThatItMadeIt) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task early = TaskThat("train", 1), late = TaskThat("train", 2);
  coordinator.StartTask(early);
  coordinator.Direct(Preempt(early));  // before the executor is ready for it
  EXPECT_EQ(coordinator.Await(IsFinishOf(early)).finished().failure().reason(), v1::TaskFailure::PREEMPTED);
  coordinator.Direct(Acknowledge(early));
  coordinator.StartTask(late);
  coordinator.Await(IsProgress);
  coordinator.Direct(Preempt(late));
  const v1::TaskFailure failure = coordinator.Await(IsFinishOf(late)).finished().failure();
  EXPECT_EQ(failure.reason(), v1::TaskFailure::PREEMPTED);
  EXPECT_EQ(failure.message(), "made room at step 2");
  coordinator.Direct(Acknowledge(late));
  coordinator.Await(IsIdle);
}

TEST(AgentTest, ATaskToldToStopWhileItMakesRoomWasStopped) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task task = TaskThat("run");
  coordinator.StartTask(task);
  coordinator.Await(IsProgress);
  coordinator.Direct(Preempt(task));  // which it cannot
  coordinator.Direct(Stop(task));
  EXPECT_EQ(coordinator.Await(IsFinishOf(task)).finished().failure().reason(), v1::TaskFailure::CANCELLED);
}

TEST(AgentTest, ATaskRunsAndItsReportCarriesItsFence) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task task = TaskThat("succeed", 3);
  coordinator.StartTask(task);
  EXPECT_NE(coordinator.Await(IsLog).log().lines(0).find("does succeed"), std::string::npos);
  const v1::TaskFinished report = coordinator.Await(IsFinished).finished();
  EXPECT_TRUE(SameFence(report.fence(), FenceOf(task)));
  EXPECT_EQ(report.result().teacher().digest(), "threads 3");
  EXPECT_GT(report.result().seconds(), 0);
  coordinator.Await(IsIdle);
  EXPECT_TRUE(NoAttemptsLeft(worker));
}

TEST(AgentTest, ProgressComesAtLeastEverySecondFromATaskThatSaysNothingNew) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run"));
  coordinator.Await(IsProgress);
  for (int i = 0; i < 2; ++i) {
    const v1::Progress progress = coordinator.Await(IsProgress).progress().progress();
    EXPECT_EQ(progress.phase(), "scripted");
    EXPECT_EQ(progress.done(), 1);
    EXPECT_EQ(progress.total(), 4);
    EXPECT_EQ(progress.losses().at("kd"), 0.5);
    EXPECT_GT(progress.memory_bytes().at("rss"), 1u << 20);
  }
}

TEST(AgentTest, OutputIsPublishedBeforeTheReport) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("publish"));
  const v1::TaskResult result = coordinator.Await(IsFinished).finished().result();
  ASSERT_EQ(coordinator.store().manifests().size(), 1u);
  const v1::Manifest manifest = coordinator.store().manifests()[0];
  EXPECT_EQ(result.artifact_id(), manifest.artifact_id());
  EXPECT_EQ(manifest.kind(), v1::Manifest::OUTPUT);
  EXPECT_EQ(manifest.job_id(), "job-1");
  EXPECT_EQ(manifest.files(0).path(), "weights");
}

TEST(AgentTest, FailuresAreToldApart) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task does_die = TaskThat("die");
  coordinator.StartTask(does_die);
  v1::TaskFailure failure = coordinator.Await(IsFinishOf(does_die)).finished().failure();
  EXPECT_EQ(failure.reason(), v1::TaskFailure::CRASHED);
  EXPECT_NE(failure.message().find("killed by SIGKILL (out of memory?)"), std::string::npos)
      << failure.message();
  EXPECT_NE(failure.message().find("does die"), std::string::npos) << failure.message();

  const v1::Task does_throw = TaskThat("throw");
  coordinator.StartTask(does_throw);
  failure = coordinator.Await(IsFinishOf(does_throw)).finished().failure();
  EXPECT_EQ(failure.reason(), v1::TaskFailure::FAILED);
  EXPECT_EQ(failure.message(), "tensor sizes differ");

  const v1::Task does_invalid = TaskThat("invalid");
  coordinator.StartTask(does_invalid);
  failure = coordinator.Await(IsFinishOf(does_invalid)).finished().failure();
  EXPECT_EQ(failure.reason(), v1::TaskFailure::INVALID);
  EXPECT_EQ(failure.message(), "teacher.path: nothing there");
}

TEST(AgentTest, AStoppedTaskEndsAndTheNextOneStarts) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task first = TaskThat("run");
  coordinator.StartTask(first);
  coordinator.Await(IsProgress);
  coordinator.Direct(Stop(first));
  const v1::Task second = TaskThat("succeed");
  coordinator.StartTask(second);
  EXPECT_EQ(coordinator.Await(IsFinishOf(first)).finished().failure().reason(), v1::TaskFailure::CANCELLED);
  EXPECT_TRUE(coordinator.Await(IsFinishOf(second)).finished().has_result());
}

TEST(AgentTest, ARepeatedStartRunsOnce) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task task = TaskThat("run");
  coordinator.StartTask(task);
  coordinator.StartTask(task);
  coordinator.Await(IsProgress);
  EXPECT_EQ(coordinator.Await(IsBusy).heartbeat().running_size(), 1);
}

TEST(AgentTest, AReportIsSentInEverySessionUntilItIsAcknowledged) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task task = TaskThat("succeed");
  coordinator.StartTask(task);
  coordinator.Await(IsFinished);
  coordinator.BreakSession();
  EXPECT_TRUE(SameFence(coordinator.Await(IsFinished).finished().fence(), FenceOf(task)));

  coordinator.Direct(Acknowledge(task));
  const v1::Task other = TaskThat("publish");
  coordinator.StartTask(other);
  coordinator.Await(IsFinishOf(other));  // so the acknowledgement before it has arrived as well
  coordinator.BreakSession();
  std::vector<v1::Fence> reported;  // before the first heartbeat of the next session
  coordinator.Await([&](const v1::WorkerMessage& message) {
    if (IsFinished(message)) reported.push_back(message.finished().fence());
    return message.has_heartbeat();
  });
  ASSERT_FALSE(reported.empty());
  for (const v1::Fence& fence : reported) EXPECT_TRUE(SameFence(fence, FenceOf(other)));
}

TEST(AgentTest, ARunningTaskOutlivesARestartOfTheCoordinator) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  const v1::Task task = TaskThat("run");
  coordinator.StartTask(task);
  const pid_t executor = ExecutorOf(coordinator);
  coordinator.Await(IsProgress);
  coordinator.StopServing();
  coordinator.Serve();
  const v1::Heartbeat heartbeat = coordinator.Await(IsBusy).heartbeat();
  EXPECT_TRUE(SameFence(heartbeat.running(0), FenceOf(task)));
  EXPECT_EQ(coordinator.registrations().size(), 2u);
  EXPECT_EQ(coordinator.registrations()[0].incarnation(), coordinator.registrations()[1].incarnation());
  EXPECT_EQ(kill(executor, 0), 0);
}

TEST(AgentTest, WithoutAWordForAWholeLeaseItStopsWhatItRuns) {
  FakeCoordinator coordinator(/*lease_seconds=*/1);
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run"));
  const pid_t executor = ExecutorOf(coordinator);
  coordinator.FallSilent();
  EXPECT_TRUE(Gone(executor));
  EXPECT_NE(worker.Log().find("no word from the coordinator"), std::string::npos);
}

TEST(AgentTest, ACoordinatorThatReturnsHearsWhatWasStoppedMeanwhile) {
  FakeCoordinator coordinator(/*lease_seconds=*/1);
  WorkerProcess worker(coordinator.address());
  const v1::Task task = TaskThat("run");
  coordinator.StartTask(task);
  const pid_t executor = ExecutorOf(coordinator);
  coordinator.StopServing();
  EXPECT_TRUE(Gone(executor));
  coordinator.Serve();
  EXPECT_EQ(coordinator.Await(IsFinishOf(task)).finished().failure().reason(), v1::TaskFailure::CANCELLED);
}

TEST(AgentTest, WhatDoesNotStopBeforeTheLeaseEndsIsKilledThen) {
  constexpr std::chrono::seconds kGraceOfAStop{10};
  FakeCoordinator coordinator(/*lease_seconds=*/1);
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run on"));
  const pid_t executor = ExecutorOf(coordinator);
  coordinator.FallSilent();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(Gone(executor));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kGraceOfAStop);
}

TEST(AgentTest, AnAgentThatWasStoppedForAWholeLeaseTakesNoOldWordForANewOne) {
  FakeCoordinator coordinator(/*lease_seconds=*/1);
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run"));
  const pid_t executor = ExecutorOf(coordinator);
  coordinator.Await(IsBusy);
  worker.Signal(SIGSTOP);  // the answer to that heartbeat is on its way
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  worker.Signal(SIGCONT);
  EXPECT_TRUE(Gone(executor));
  EXPECT_NE(worker.Log().find("no word from the coordinator"), std::string::npos);
  coordinator.Await(IsIdle);
}

TEST(AgentTest, AnAgentThatIsKilledTakesItsExecutorWithIt) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run"));
  const pid_t executor = ExecutorOf(coordinator);
  worker.Signal(SIGKILL);
  EXPECT_EQ(worker.Wait(), -SIGKILL);
  EXPECT_TRUE(Gone(executor));
}

TEST(AgentTest, SigtermStopsTheExecutorCleansUpAndExitsWithZero) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run"));
  const pid_t executor = ExecutorOf(coordinator);
  worker.Signal(SIGTERM);
  EXPECT_EQ(worker.Wait(), 0);
  EXPECT_TRUE(Gone(executor));
  EXPECT_TRUE(NoAttemptsLeft(worker));
}

}  // namespace
}  // namespace rad
