// What keeps an agent from starting, and what it says then.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/worker/agent/worker_process.h"
#include "tests/worker/fakes/fake_coordinator.h"

namespace rad {
namespace {

bool IsHeartbeat(const v1::WorkerMessage& message) { return message.has_heartbeat(); }

TEST(AgentStartupTest, ACoordinatorOfAnotherVersionIsFinal) {
  FakeCoordinator coordinator;
  coordinator.RefuseWorkers("the worker speaks protocol 1, this coordinator 2");
  WorkerProcess worker(coordinator.address());
  EXPECT_EQ(worker.Wait(), 1);
  EXPECT_NE(worker.Log().find("the worker speaks protocol 1, this coordinator 2"), std::string::npos);
}

TEST(AgentStartupTest, OneAgentPerDataFolder) {
  FakeCoordinator coordinator;
  WorkerProcess first(coordinator.address());
  coordinator.Await(IsHeartbeat);
  WorkerProcess second(coordinator.address(), {{"--data-dir", first.data_folder()}});
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_NE(second.Log().find("belongs to another running worker"), std::string::npos);
}

TEST(AgentStartupTest, AMetricsPortInUseIsNamed) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address(), {{"--metrics", coordinator.address()}});
  EXPECT_EQ(worker.Wait(), 1);
  EXPECT_NE(worker.Log().find("--metrics: cannot listen on " + coordinator.address()), std::string::npos);
}

TEST(AgentStartupTest, AnUnknownFlagIsAUsageError) {
  WorkerProcess worker("127.0.0.1:1", {{"--no-such-flag", "1"}});
  EXPECT_EQ(worker.Wait(), 2);
}

TEST(AgentStartupTest, ItWaitsForACoordinatorThatIsNotThereYet) {
  FakeCoordinator coordinator;
  coordinator.StopServing();
  WorkerProcess worker(coordinator.address());
  worker.MetricsPort();  // it is up
  coordinator.Serve();
  coordinator.Await(IsHeartbeat);
}

TEST(AgentStartupTest, SigtermEndsItWithoutACoordinatorToo) {
  FakeCoordinator coordinator;
  coordinator.StopServing();
  WorkerProcess worker(coordinator.address());
  worker.MetricsPort();
  worker.Signal(SIGTERM);
  EXPECT_EQ(worker.Wait(), 0);
}

}  // namespace
}  // namespace rad
