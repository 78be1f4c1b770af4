#include "tests/chaos/disturbed_job.h"

namespace rad {
namespace {

constexpr char kStage[] = "distill/top-2";

std::string WorkerIn(const v1::JobStatus& status) { return StageNamed(status, kStage)->worker(); }

}  // namespace

void DisturbedJobTest::Start(int workers, ServiceOptions options, const v1::Job& job) {
  service_.emplace(ReferenceJob::Get().NewFolder(), workers, std::move(options));
  client_.emplace(service_->address());
  job_id_ = client_->Submit(job, "disturbed");
}

std::string DisturbedJobTest::AwaitTraining() {
  return WorkerIn(client_->Follow(job_id_, [](const v1::JobStatus& status) {
    return IsTraining(status, kStage) && !WorkerIn(status).empty();
  }));
}

v1::JobStatus DisturbedJobTest::AwaitRestart() {
  return client_->Follow(
      job_id_, [](const v1::JobStatus& status) { return StageNamed(status, kStage)->restarts() == 1; });
}

void DisturbedJobTest::ExpectTheSameFindings(std::uint32_t restarts) {
  const v1::JobStatus status = client_->Finish(job_id_);
  EXPECT_EQ(FindingsOf(*client_, status), ReferenceJob::Get().findings());
  EXPECT_EQ(StageNamed(status, kStage)->restarts(), restarts);
  EXPECT_EQ(AllRestarts(status), restarts);
}

std::uint32_t AllRestarts(const v1::JobStatus& status) {
  std::uint32_t restarts = 0;
  for (const v1::StageStatus& stage : status.stages()) restarts += stage.restarts();
  return restarts;
}

}  // namespace rad
