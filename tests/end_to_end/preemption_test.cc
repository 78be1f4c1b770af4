// One worker and two jobs: the urgent one takes it from the other's training, which then goes on where it
// was.
#include <gtest/gtest.h>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

constexpr char kStage[] = "distill/top-2";

// Ranks heads on other questions: nothing of it is known.
v1::Job UrgentJob() {
  v1::Job job = ReferenceJob::Get().RankingAlone();
  job.mutable_spec()->mutable_probe()->set_seed(99);
  job.mutable_spec()->set_priority(10);
  return job;
}

// Trains for seconds, and saves no checkpoint but the one that makes room.
v1::Job LongJob() {
  v1::Job job = ReferenceJob::Get().job();
  job.mutable_spec()->mutable_distill()->set_tokens(4 * job.spec().distill().tokens());
  job.mutable_spec()->mutable_checkpoint()->set_every_steps(100'000);
  return job;
}

auto UndisturbedFindings() {
  Service service(ReferenceJob::Get().NewFolder());
  JobClient client(service.address());
  return FindingsOf(client, client.Finish(client.Submit(LongJob(), "undisturbed")));
}

TEST(PreemptionTest, ATrainingRunMakesRoomAndGoesOnFromTheStepItSaved) {
  const auto undisturbed = UndisturbedFindings();
  Service service(ReferenceJob::Get().NewFolder());
  JobClient client(service.address());
  const std::string patient = client.Submit(LongJob(), "patient");
  client.Follow(patient, [](const v1::JobStatus& status) { return IsTraining(status, kStage, 21); });
  ASSERT_FALSE(HasFailure());
  client.Finish(client.Submit(UrgentJob(), "urgent"));
  // Whatever is reported first after that is of the attempt that goes on.
  std::uint64_t resumed_at = 0;
  client.Follow(patient, [&](const v1::JobStatus& status) {
    const v1::StageStatus* stage = StageNamed(status, kStage);
    resumed_at = stage->progress().step();
    return stage->state() == v1::SUCCEEDED || resumed_at > 0;
  });
  EXPECT_GT(resumed_at, 20u);
  const v1::JobStatus status = client.Finish(patient);
  EXPECT_EQ(FindingsOf(client, status), undisturbed);
  EXPECT_EQ(StageNamed(status, kStage)->restarts(), 0u);
}

}  // namespace
}  // namespace rad
