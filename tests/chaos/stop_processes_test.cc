// Processes that stand still (SIGSTOP), as on a machine that swaps or a virtual one that is moved, and then
// go on: nothing is done twice to acceptance, and the job ends as if nothing had been, to the bit.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "tests/chaos/killed_coordinator.h"
#include "tests/coordinator/fake_worker.h"
#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"
#include "tests/storage/temp_folder.h"

namespace rad {
namespace {

constexpr char kStage[] = "distill/top-2";
constexpr char kLeasesLost[] = "rad_leases_lost_total";
constexpr char kStaleRefused[] = "rad_stale_reports_refused_total";

class StopProcessesTest : public testing::Test {
 protected:
  void Start(int workers, int lease_seconds) {
    service_.emplace(ReferenceJob::Get().NewFolder(), workers,
                     ServiceOptions{.lease_seconds = lease_seconds});
    client_.emplace(service_->address());
    job_id_ = client_->Submit(ReferenceJob::Get().job(), "disturbed");
  }

  // The worker that trains.
  std::string AwaitTraining() {
    const v1::JobStatus status = client_->Follow(
        job_id_, [](const v1::JobStatus& now) { return IsTraining(now, kStage) && !WorkerIn(now).empty(); });
    return WorkerIn(status);
  }
  static std::string WorkerIn(const v1::JobStatus& status) { return StageNamed(status, kStage)->worker(); }

  void AwaitRestart() {
    client_->Follow(job_id_,
                    [](const v1::JobStatus& now) { return StageNamed(now, kStage)->restarts() == 1; });
  }

  void ExpectTheSameFindings(std::uint32_t restarts) {
    const v1::JobStatus status = client_->Finish(job_id_);
    EXPECT_EQ(FindingsOf(*client_, status), ReferenceJob::Get().findings());
    EXPECT_EQ(StageNamed(status, kStage)->restarts(), restarts);
  }

  std::optional<Service> service_;
  std::optional<JobClient> client_;
  std::string job_id_;
};

TEST_F(StopProcessesTest, AWorkerThatStandsStillForLessThanItsLeaseGoesOn) {
  Start(1, /*lease_seconds=*/8);
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
  Start(2, /*lease_seconds=*/2);
  const std::string worker = AwaitTraining();
  ASSERT_FALSE(HasFailure());
  const pid_t executor = ChildOf(service_->agent(worker));
  service_->Pause(worker);
  AwaitRestart();
  KillProcess(executor, SIGCONT);  // its next checkpoint comes within some steps
  while (service_->Metric(kStaleRefused) == 0 && !HasFailure())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  KillProcess(service_->agent(worker), SIGCONT);
  ExpectTheSameFindings(1);
  service_->AwaitWords(worker, "registered as", 2);
  EXPECT_GE(service_->Metric(kLeasesLost), 1);
}

TEST_F(StopProcessesTest, ACoordinatorThatStoodStillForALeaseTakesNobodyForLost) {
  Start(1, /*lease_seconds=*/2);
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
  std::this_thread::sleep_for(
      std::chrono::milliseconds(300));  // it looks for lost workers every tenth of a second
  worker.Renew();
}

}  // namespace
}  // namespace rad
