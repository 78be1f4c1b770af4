// A worker cut off from the coordinator, by a network that drops what is sent and says nothing.
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "tests/chaos/tcp_proxy.h"
#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

constexpr char kStage[] = "distill/top-2";

bool IsRanking(const v1::JobStatus& status) {
  const v1::StageStatus* rank = StageNamed(status, "rank");
  return rank != nullptr && rank->state() == v1::RUNNING && !rank->worker().empty();
}

std::uint32_t AllRestarts(const v1::JobStatus& status) {
  std::uint32_t restarts = 0;
  for (const v1::StageStatus& stage : status.stages()) restarts += stage.restarts();
  return restarts;
}

class CutNetworkTest : public testing::Test {
 protected:
  // w0 is behind the proxy, workers that are added later are not.
  void Start(const v1::Job& job, int lease_seconds) {
    const auto route = [this](const std::string& worker, int port) {
      if (worker != "w0") return "127.0.0.1:" + std::to_string(port);
      proxy_ = std::make_unique<TcpProxy>(port);
      return proxy_->address();
    };
    service_.emplace(ReferenceJob::Get().NewFolder(), 1,
                     ServiceOptions{.lease_seconds = lease_seconds, .route = route});
    client_.emplace(service_->address());
    job_id_ = client_->Submit(job, "disturbed");
  }

  // Cuts the network in the middle of a task, which then ends: it needs nobody for that.
  void FinishARankingTaskBehind(void (TcpProxy::*cut)()) {
    client_->Follow(job_id_, IsRanking);
    ASSERT_FALSE(HasFailure());
    const pid_t executor = HoldChildOf(service_->agent("w0"));
    const int finished = service_->CountWords("w0", "succeeded");
    (proxy_.get()->*cut)();
    KillProcess(executor, SIGCONT);
    service_->AwaitWords("w0", "succeeded", finished + 1);
  }

  void ExpectNothingWasLost() {
    EXPECT_EQ(AllRestarts(client_->Finish(job_id_)), 0u);
    EXPECT_EQ(service_->Metric("rad_leases_lost_total"), 0);
    EXPECT_EQ(service_->Metric("rad_stale_reports_refused_total"), 0);
  }

  std::unique_ptr<TcpProxy> proxy_;  // outlives those who use it
  std::optional<Service> service_;
  std::optional<JobClient> client_;
  std::string job_id_;
};

TEST_F(CutNetworkTest, WhatIsFinishedMeanwhileIsKeptAndDelivered) {
  Start(ReferenceJob::Get().RankingAlone(), /*lease_seconds=*/20);
  FinishARankingTaskBehind(&TcpProxy::Cut);
  proxy_->Mend();
  ExpectNothingWasLost();
}

// Nobody will ever say that these connections are dead.
TEST_F(CutNetworkTest, ConnectionsThatDiedWithoutAWordAreGivenUpWithinTheLease) {
  Start(ReferenceJob::Get().RankingAlone(), /*lease_seconds=*/20);
  FinishARankingTaskBehind(&TcpProxy::Strand);
  ExpectNothingWasLost();
}

TEST_F(CutNetworkTest, ACutThatOutlastsTheLeaseStopsTheWorkerAndAnotherGoesOn) {
  Start(ReferenceJob::Get().job(), /*lease_seconds=*/2);
  client_->Follow(job_id_, [](const v1::JobStatus& status) { return IsTraining(status, kStage); });
  ASSERT_FALSE(HasFailure());
  proxy_->Cut();
  service_->AddWorker();
  service_->AwaitWords("w0", "no word from the coordinator");
  client_->Follow(job_id_, [](const v1::JobStatus& status) {
    return StageNamed(status, kStage)->restarts() == 1 && StageNamed(status, kStage)->worker() == "w1";
  });
  proxy_->Mend();
  const v1::JobStatus status = client_->Finish(job_id_);
  EXPECT_EQ(FindingsOf(*client_, status), ReferenceJob::Get().findings());
  EXPECT_EQ(AllRestarts(status), 1u);
  service_->AwaitWords("w0", "registered as", 2);
  EXPECT_EQ(service_->Metric("rad_leases_lost_total"), 1);
}

}  // namespace
}  // namespace rad
