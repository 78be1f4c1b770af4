// Processes that stand still (SIGSTOP), as on a machine that swaps or a virtual one that is moved, and then
// go on: nothing is done twice to acceptance, and the job ends as if nothing had been, to the bit.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "tests/chaos/disturbed_job.h"
#include "tests/chaos/killed_coordinator.h"
#include "tests/coordinator/fake_worker.h"
#include "tests/storage/temp_folder.h"

namespace rad {
namespace {

using StopProcessesTest = DisturbedJobTest;

TEST_F(StopProcessesTest, AWorkerThatStandsStillForLessThanItsLeaseGoesOn) {
  Start(1, {.lease_seconds = 8});
  const std::string worker = AwaitTraining();
  ASSERT_FALSE(HasFailure());
  service_->Pause(worker);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  service_->Resume(worker);
  ExpectTheSameFindings(0);
  EXPECT_EQ(service_->Metric(kLeasesLost), 0);
}

// The executor does not know that its agent stands still, and that its lease is over.
TEST_F(StopProcessesTest, AnExecutorThatOutlivesItsAgentsLeaseWritesNothing) {
  Start(2, {});
  const std::string worker = AwaitTraining();
  ASSERT_FALSE(HasFailure());
  const pid_t executor = ChildOf(service_->agent(worker));
  service_->Pause(worker);
  AwaitRestart();
  KillProcess(executor, SIGCONT);  // its next checkpoint comes within some steps
  service_->AwaitMetric(kStaleRefused, 1);
  KillProcess(service_->agent(worker), SIGCONT);
  ExpectTheSameFindings(1);
  service_->AwaitWords(worker, "registered as", 2);
  EXPECT_GE(service_->Metric(kLeasesLost), 1);
}

TEST_F(StopProcessesTest, ACoordinatorThatStoodStillForALeaseTakesNobodyForLost) {
  Start(1, {});
  const std::string worker = AwaitTraining();
  ASSERT_FALSE(HasFailure());
  KillProcess(service_->coordinator(), SIGSTOP);
  service_->AwaitWords(worker, "no word from the coordinator");
  KillProcess(service_->coordinator(), SIGCONT);
  ExpectTheSameFindings(1);  // the worker itself stopped, as it must
  EXPECT_EQ(service_->Metric(kLeasesLost), 0);
}

// A worker's word may take its time to arrive, also when the coordinator has just gone on.
TEST(StopCoordinatorTest, TheTimeItStoodStillIsNobodysSilence) {
  TempFolder folder;
  KilledCoordinator coordinator(folder.path(), /*lease_seconds=*/3);
  ASSERT_TRUE(coordinator.Start());
  FakeWorker worker(coordinator.channel(), "w");
  worker.Renew();
  KillProcess(coordinator.pid(), SIGSTOP);
  std::this_thread::sleep_for(std::chrono::milliseconds(3500));
  KillProcess(coordinator.pid(), SIGCONT);
  // It looks for lost workers every tenth of a second.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  worker.Renew();
}

}  // namespace
}  // namespace rad
