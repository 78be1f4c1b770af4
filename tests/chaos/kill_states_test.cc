// Each process killed in each state of a job that the other tests leave out: waiting, running in every stage,
// making room, being cancelled.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/chaos_form.h"
#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

constexpr int kLeaseSeconds = 1;  // the shortest: every killed agent costs one

struct Victim {
  const char* name;
  void (Service::*kill)();
};
constexpr Victim kVictims[] = {{"Executor", &Service::KillExecutor},
                               {"Agent", &Service::RestartWorker},
                               {"Coordinator", &Service::RestartCoordinator}};

// Each costs seconds; the short form looks at one of the three, another each time.
bool InShortForm(std::size_t victim) { return (victim + Seed()) % std::size(kVictims) == 0; }

class KillStatesTest : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    if (Kills() <= kKillsOfShortForm && !InShortForm(GetParam()))
      GTEST_SKIP() << "not in this short form: RAD_CHAOS_KILLS=500 runs all";
  }

  Service& service() {
    if (!service_)
      service_.emplace(ReferenceJob::Get().NewFolder(), 1, ServiceOptions{.lease_seconds = kLeaseSeconds});
    return *service_;
  }
  JobClient& client() {
    if (!client_) client_.emplace(service().address());
    return *client_;
  }
  void Kill() { (service().*kVictims[GetParam()].kill)(); }

  // A job in whose training the executor is held still.
  std::string HeldInTraining() {
    const std::string job_id = client().Submit(ReferenceJob::Get().job(), "patient");
    client().Follow(job_id, [](const v1::JobStatus& now) { return IsTraining(now, "distill/top-2"); });
    executor_ = HoldChildOf(service().agent("w0"));
    return job_id;
  }
  // What still stands still, and was not killed.
  void LetGo() { KillProcess(executor_, SIGCONT); }

  std::optional<Service> service_;
  std::optional<JobClient> client_;
  pid_t executor_ = -1;
};

TEST_P(KillStatesTest, InEveryStage) {
  v1::Job job = ReferenceJob::Get().job();
  job.mutable_spec()->mutable_failure()->set_max_restarts(9);
  const std::string job_id = client().Submit(job, "disturbed");
  std::vector<std::string> disturbed;
  // The next stage that runs and was not disturbed before; none when the job has ended.
  const auto next = [&](const v1::JobStatus& status) -> std::string {
    for (const v1::StageStatus& stage : status.stages()) {
      const bool known = std::count(disturbed.begin(), disturbed.end(), stage.name()) > 0;
      if (stage.state() == v1::RUNNING && !stage.worker().empty() && !known) return stage.name();
    }
    return "";
  };
  while (!HasFailure()) {
    const v1::JobStatus status = client().Follow(
        job_id, [&](const v1::JobStatus& now) { return now.state() == v1::SUCCEEDED || !next(now).empty(); });
    if (status.state() == v1::SUCCEEDED) break;
    disturbed.push_back(next(status));
    Kill();
  }
  const v1::JobStatus status = client().Finish(job_id);
  EXPECT_EQ(FindingsOf(client(), status), ReferenceJob::Get().findings());
  for (const char* stage : {"inspect", "rank", "align", "distill/top-2", "evaluate/top-2"})
    EXPECT_EQ(std::count(disturbed.begin(), disturbed.end(), stage), 1) << stage;
}

TEST_P(KillStatesTest, WhileAJobWaits) {
  const std::string held = HeldInTraining();
  const std::string waiting = client().Submit(ReferenceJob::Get().RankingAlone(), "waiting");
  client().Follow(waiting, [](const v1::JobStatus& now) { return now.pending() == v1::BEHIND_OTHERS; });
  ASSERT_FALSE(HasFailure());
  Kill();
  LetGo();
  EXPECT_EQ(FindingsOf(client(), client().Finish(held)), ReferenceJob::Get().findings());
  client().Finish(waiting);
}

TEST_P(KillStatesTest, WhileAJobMakesRoom) {
  const std::string patient = HeldInTraining();
  v1::Job job = ReferenceJob::Get().RankingAlone();
  job.mutable_spec()->mutable_probe()->set_seed(99);  // nothing of it is known
  job.mutable_spec()->set_priority(90);
  const std::string urgent = client().Submit(job, "urgent");
  service().AwaitWords("w0", "told to make room");
  ASSERT_FALSE(HasFailure());
  Kill();
  LetGo();
  client().Finish(urgent);
  EXPECT_EQ(FindingsOf(client(), client().Finish(patient)), ReferenceJob::Get().findings());
}

TEST_P(KillStatesTest, WhileAJobIsCancelled) {
  const std::string cancelled = HeldInTraining();
  client().Cancel(cancelled);
  service().AwaitWords("w0", "told to stop task " + cancelled);
  ASSERT_FALSE(HasFailure());
  Kill();
  LetGo();
  // The worker is free again, and nothing of the cancelled job goes on.
  const v1::JobStatus status = client().Finish(client().Submit(ReferenceJob::Get().job(), "next"));
  EXPECT_EQ(FindingsOf(client(), status), ReferenceJob::Get().findings());
  const v1::JobStatus still = client().Get(cancelled);
  EXPECT_EQ(still.state(), v1::CANCELLED);
}

INSTANTIATE_TEST_SUITE_P(Victims, KillStatesTest, testing::Range(std::size_t{0}, std::size(kVictims)),
                         [](const auto& info) { return kVictims[info.param].name; });

}  // namespace
}  // namespace rad
