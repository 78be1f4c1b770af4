// A worker on the far end of a cable that is unplugged: the kernel drops what both sides send.
#include <gtest/gtest.h>

#include "tests/chaos/disturbed_job.h"
#include "tests/chaos/network_pair.h"

namespace rad {
namespace {

class CutNamespaceTest : public DisturbedJobTest {
 protected:
  static void SetUpTestSuite() { network_ = new NetworkPair; }
  static void TearDownTestSuite() { delete network_; }

  void SetUp() override {
    if (!network_->problem().empty()) GTEST_SKIP() << network_->problem();
  }

  void UnplugInTraining(int lease_seconds) {
    Start(1, {.lease_seconds = lease_seconds,
              .host = network_->host(),
              .among_workers = [](const auto& start) { network_->OnOtherSide(start); }});
    AwaitTraining();
    ASSERT_FALSE(HasFailure());
    network_->Unplug();
  }

  inline static NetworkPair* network_ = nullptr;
};

TEST_F(CutNamespaceTest, ACutShorterThanTheLeaseCostsNothing) {
  UnplugInTraining(/*lease_seconds=*/15);
  service_->AwaitWords("w0", "no coordinator");  // it found out, by itself
  network_->PlugIn();
  ExpectTheSameFindings(0);
  EXPECT_EQ(service_->Metric(kLeasesLost), 0);
}

TEST_F(CutNamespaceTest, AfterACutThatOutlastsTheLeaseTheWorkerComesBackAndGoesOn) {
  UnplugInTraining(/*lease_seconds=*/3);
  AwaitRestart();
  service_->AwaitWords("w0", "no word from the coordinator");
  network_->PlugIn();
  ExpectTheSameFindings(1);
  service_->AwaitWords("w0", "registered as", 2);
}

}  // namespace
}  // namespace rad
