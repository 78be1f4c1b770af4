// A worker cut off from the coordinator, by a network that drops what is sent and says nothing.
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "tests/chaos/disturbed_job.h"
#include "tests/chaos/tcp_proxy.h"

namespace rad {
namespace {

bool IsRanking(const v1::JobStatus& status) {
  const v1::StageStatus* rank = StageNamed(status, "rank");
  return rank != nullptr && rank->state() == v1::RUNNING && !rank->worker().empty();
}

class CutNetworkTest : public DisturbedJobTest {
 protected:
  ~CutNetworkTest() override { service_.reset(); }  // before the proxy that it uses

  // w0 is behind the proxy, workers that are added later are not.
  void StartBehindProxy(int lease_seconds, const v1::Job& job) {
    const auto route = [this](const std::string& worker, int port) {
      if (worker != "w0") return "127.0.0.1:" + std::to_string(port);
      proxy_ = std::make_unique<TcpProxy>(port);
      return proxy_->address();
    };
    Start(1, {.lease_seconds = lease_seconds, .route = route}, job);
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
    EXPECT_EQ(service_->Metric(kLeasesLost), 0);
    EXPECT_EQ(service_->Metric(kStaleRefused), 0);
  }

  std::unique_ptr<TcpProxy> proxy_;
};

TEST_F(CutNetworkTest, WhatIsFinishedMeanwhileIsKeptAndDelivered) {
  StartBehindProxy(/*lease_seconds=*/20, ReferenceJob::Get().RankingAlone());
  FinishARankingTaskBehind(&TcpProxy::Cut);
  proxy_->Mend();
  ExpectNothingWasLost();
}

// Nobody will ever say that these connections are dead.
TEST_F(CutNetworkTest, ConnectionsThatDiedWithoutAWordAreGivenUpWithinTheLease) {
  StartBehindProxy(/*lease_seconds=*/20, ReferenceJob::Get().RankingAlone());
  FinishARankingTaskBehind(&TcpProxy::Strand);
  ExpectNothingWasLost();
}

TEST_F(CutNetworkTest, ACutThatOutlastsTheLeaseStopsTheWorkerAndAnotherGoesOn) {
  StartBehindProxy(/*lease_seconds=*/3, ReferenceJob::Get().job());
  AwaitTraining();
  ASSERT_FALSE(HasFailure());
  proxy_->Cut();
  service_->AddWorker();
  service_->AwaitWords("w0", "no word from the coordinator");
  AwaitRestart();
  service_->AwaitWords("w1", "started distill/top-2");
  proxy_->Mend();
  ExpectTheSameFindings(1);
  service_->AwaitWords("w0", "registered as", 2);
  EXPECT_EQ(service_->Metric(kLeasesLost), 1);
}

}  // namespace
}  // namespace rad
