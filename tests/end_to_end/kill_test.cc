// Whatever is killed in whatever stage, the job ends, and with the same result to the bit.
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

// Past its first checkpoint, with most still to do.
bool IsTraining(const v1::JobStatus& status, const std::string& stage_name) {
  const v1::StageStatus* stage = StageNamed(status, stage_name);
  return stage != nullptr && stage->state() == v1::RUNNING && stage->progress().step() >= 6;
}

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

// With a checkpoint after every step one is on its way at any moment.
TEST(KillDuringSaveTest, ExecutorsKilledDuringSavesLeaveNothingTorn) {
  constexpr std::uint32_t kKills = 4;
  ReferenceJob& reference = ReferenceJob::Get();
  v1::Job job = reference.job();
  job.mutable_spec()->mutable_checkpoint()->set_every_steps(1);
  job.mutable_spec()->mutable_failure()->set_max_restarts(kKills);
  Service service(reference.NewFolder());
  JobClient client(service.address());
  const std::string job_id = client.Submit(job, "saving");
  double killed_at = 0;
  for (std::uint32_t kill = 0; kill < kKills; ++kill) {
    client.Follow(job_id, [&](const v1::JobStatus& status) {
      const v1::StageStatus* stage = StageNamed(status, "align");
      if (stage == nullptr || stage->state() != v1::RUNNING || stage->restarts() != kill) return false;
      const auto step = static_cast<double>(stage->progress().step());
      return step > killed_at && (killed_at = step) > 0;  // a new attempt is past where the last one was
    });
    ASSERT_FALSE(testing::Test::HasFailure());
    service.KillExecutor();
  }
  const v1::JobStatus status = client.Finish(job_id);
  EXPECT_EQ(FindingsOf(client, status), reference.findings());
  EXPECT_EQ(StageNamed(status, "align")->restarts(), kKills);
}

INSTANTIATE_TEST_SUITE_P(Stages, KillTest, testing::Values("align", "distill/top-2"),
                         [](const auto& info) { return info.param.substr(0, info.param.find('/')); });

}  // namespace
}  // namespace rad
