// Whatever is killed in whatever stage, the job ends, and with the same result to the bit.
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

class KillTest : public testing::TestWithParam<std::string> {  // the stage
 protected:
  // Runs the reference job, disturbs it once in this stage, and compares.
  void RunDisturbedBy(void (Service::*disturb)()) {
    ReferenceJob& reference = ReferenceJob::Get();
    Service service(reference.NewFolder());
    JobClient client(service.address());
    const std::string job_id = client.Submit(reference.job(), "disturbed");
    client.Follow(job_id, [](const v1::JobStatus& status) { return IsTraining(status, GetParam()); });
    ASSERT_FALSE(HasFailure());
    (service.*disturb)();
    status_ = client.Finish(job_id);
    EXPECT_EQ(FindingsOf(client, status_), reference.findings());
  }

  v1::JobStatus status_;
};

TEST_P(KillTest, AKilledExecutorIsReplacedAndGoesOnFromItsCheckpoint) {
  RunDisturbedBy(&Service::KillExecutor);
  EXPECT_EQ(StageNamed(status_, GetParam())->restarts(), 1u);
}

TEST_P(KillTest, AKilledWorkerComesBack) {
  RunDisturbedBy(&Service::RestartWorker);
  EXPECT_EQ(StageNamed(status_, GetParam())->restarts(), 1u);
}

TEST_P(KillTest, AKilledCoordinatorComesBackAndTheExecutorNeverStopped) {
  RunDisturbedBy(&Service::RestartCoordinator);
  EXPECT_EQ(StageNamed(status_, GetParam())->restarts(), 0u);
}

TEST(HangTest, AnExecutorThatStandsStillIsReplacedAndGoesOnFromItsCheckpoint) {
  ReferenceJob& reference = ReferenceJob::Get();
  v1::Job job = reference.job();
  job.mutable_spec()->mutable_failure()->set_hang_seconds(5);
  Service service(reference.NewFolder());
  JobClient client(service.address());
  const std::string job_id = client.Submit(job, "halted");
  client.Follow(job_id, [](const v1::JobStatus& status) { return IsTraining(status, "align"); });
  ASSERT_FALSE(testing::Test::HasFailure());
  service.HaltExecutor();
  const v1::JobStatus status = client.Finish(job_id);
  EXPECT_EQ(FindingsOf(client, status), reference.findings());
  EXPECT_EQ(StageNamed(status, "align")->restarts(), 1u);
}

// With a checkpoint after every step one is on its way at any moment.
TEST(KillDuringSaveTest, ExecutorsKilledDuringSavesLeaveNothingTorn) {
  constexpr std::uint32_t kKills = 4;  // at most: the last attempts may end before
  ReferenceJob& reference = ReferenceJob::Get();
  v1::Job job = reference.job();
  job.mutable_spec()->mutable_checkpoint()->set_every_steps(1);
  job.mutable_spec()->mutable_failure()->set_max_restarts(kKills);
  Service service(reference.NewFolder());
  JobClient client(service.address());
  const std::string job_id = client.Submit(job, "saving");
  std::uint64_t killed_at = 0;
  bool aligning = true;
  for (std::uint32_t kills = 0; aligning && kills < kKills; ++kills) {
    client.Follow(job_id, [&](const v1::JobStatus& status) {
      const v1::StageStatus* stage = StageNamed(status, "align");
      if (stage == nullptr) return false;
      aligning = stage->state() != v1::SUCCEEDED;
      const std::uint64_t step = stage->progress().step();
      if (!aligning || stage->state() != v1::RUNNING || step <= killed_at) return !aligning;
      killed_at = step;  // of a new attempt, past where the last one was
      return true;
    });
    ASSERT_FALSE(testing::Test::HasFailure());
    if (aligning) service.KillExecutor();
  }
  const v1::JobStatus status = client.Finish(job_id);
  EXPECT_EQ(FindingsOf(client, status), reference.findings());
  EXPECT_GE(StageNamed(status, "align")->restarts(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stages, KillTest, testing::Values("align", "distill/top-2"),
                         [](const auto& info) { return info.param.substr(0, info.param.find('/')); });

}  // namespace
}  // namespace rad
