// Executors, workers and the coordinator killed at random while heads are ranked: the ranking is that of an
// undisturbed race.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

constexpr int kKills = 4;  // of two tasks' distance at most: the race has eleven
constexpr void (Service::*kDisturbances[])() = {&Service::KillExecutor, &Service::RestartWorker,
                                                &Service::RestartCoordinator};

// Of heads that a random teacher does not tell apart: a race over all of its examples, in a dozen rounds.
v1::Job LongRace() {
  v1::Job job = ReferenceJob::Get().RankingAlone();
  job.mutable_spec()->mutable_probe()->set_examples(200);
  job.mutable_spec()->mutable_failure()->set_max_restarts(kKills);
  return job;
}

// All but how long it took.
std::string RankingOf(JobClient& client, const v1::JobStatus& status) {
  v1::Ranked ranked = client.Scores(status.job_id());
  EXPECT_EQ(ranked.rows_size(), 8);
  EXPECT_GT(ranked.evaluations(), 8u * 10) << "the first look decided";
  return ranked.DebugString();
}

TEST(RaceKillTest, KillsAtRandomChangeNothingAboutTheRanking) {
  const auto seed = static_cast<unsigned>(testing::UnitTest::GetInstance()->random_seed());
  std::cout << "seed " << seed << " (--gtest_random_seed)\n";
  std::mt19937 random(seed);
  Service undisturbed(ReferenceJob::Get().NewFolder());
  JobClient calm(undisturbed.address());
  const v1::JobStatus expected = calm.Finish(calm.Submit(LongRace(), "undisturbed"));
  ASSERT_FALSE(HasFailure());

  Service service(ReferenceJob::Get().NewFolder());
  JobClient client(service.address());
  const std::string job_id = client.Submit(LongRace(), "disturbed");
  std::uint32_t tasks_done = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    tasks_done += 1 + random() % 2;
    client.Follow(job_id, [&](const v1::JobStatus& status) {
      const v1::StageStatus* rank = StageNamed(status, "rank");
      return rank != nullptr && rank->state() == v1::RUNNING && rank->tasks_done() >= tasks_done &&
             !rank->worker().empty();
    });
    ASSERT_FALSE(HasFailure());
    (service.*kDisturbances[random() % std::size(kDisturbances)])();
  }
  const v1::JobStatus status = client.Finish(job_id);
  EXPECT_EQ(RankingOf(client, status), RankingOf(calm, expected));
}

}  // namespace
}  // namespace rad
