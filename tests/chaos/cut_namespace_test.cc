// A worker on the far end of a cable that is unplugged: the kernel drops what both sides send.
#include <gtest/gtest.h>

#include "tests/chaos/network_pair.h"
#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

constexpr char kStage[] = "distill/top-2";

class CutNamespaceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { network_ = new NetworkPair; }
  static void TearDownTestSuite() { delete network_; }

  void SetUp() override {
    if (!network_->problem().empty()) GTEST_SKIP() << network_->problem();
  }

  void Start(int lease_seconds) {
    service_.emplace(
        ReferenceJob::Get().NewFolder(), 1,
        ServiceOptions{.lease_seconds = lease_seconds,
                       .host = network_->host(),
                       .among_workers = [](const auto& start) { network_->OnOtherSide(start); }});
    client_.emplace(service_->address());
    job_id_ = client_->Submit(ReferenceJob::Get().job(), "disturbed");
    client_->Follow(job_id_, [](const v1::JobStatus& status) { return IsTraining(status, kStage); });
  }

  void ExpectTheSameFindings(std::uint32_t restarts) {
    const v1::JobStatus status = client_->Finish(job_id_);
    EXPECT_EQ(FindingsOf(*client_, status), ReferenceJob::Get().findings());
    EXPECT_EQ(StageNamed(status, kStage)->restarts(), restarts);
  }

  inline static NetworkPair* network_ = nullptr;
  std::optional<Service> service_;
  std::optional<JobClient> client_;
  std::string job_id_;
};

TEST_F(CutNamespaceTest, ACutShorterThanTheLeaseCostsNothing) {
  Start(/*lease_seconds=*/15);
  ASSERT_FALSE(HasFailure());
  network_->Unplug();
  service_->AwaitWords("w0", "no coordinator");  // it found out, by itself
  network_->PlugIn();
  ExpectTheSameFindings(0);
  EXPECT_EQ(service_->Metric("rad_leases_lost_total"), 0);
}

TEST_F(CutNamespaceTest, AfterACutThatOutlastsTheLeaseTheWorkerComesBackAndGoesOn) {
  Start(/*lease_seconds=*/2);
  ASSERT_FALSE(HasFailure());
  network_->Unplug();
  client_->Follow(job_id_,
                  [](const v1::JobStatus& status) { return StageNamed(status, kStage)->restarts() == 1; });
  service_->AwaitWords("w0", "no word from the coordinator");
  network_->PlugIn();
  ExpectTheSameFindings(1);
  service_->AwaitWords("w0", "registered as", 2);
}

}  // namespace
}  // namespace rad
