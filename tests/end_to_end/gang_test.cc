// A training run spread over two workers, and one of them killed in the middle of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

// Long enough that who watches a stage sees it, and kills within it, before it ends.
constexpr std::uint32_t kAlignSteps = 400, kDistillSteps = 120;

v1::Job GangJob(std::uint32_t min_workers) {
  v1::Job job = ReferenceJob::Get().job();
  v1::JobSpec& spec = *job.mutable_spec();
  const std::uint32_t step_tokens = 2 * spec.data().sequence_tokens();
  spec.mutable_align()->set_tokens(kAlignSteps * step_tokens);
  spec.mutable_distill()->set_tokens(kDistillSteps * step_tokens);
  spec.mutable_distill()->set_shard_optimizer(true);
  spec.mutable_resources()->mutable_workers()->set_min(min_workers);
  spec.mutable_resources()->mutable_workers()->set_max(2);
  return job;
}

bool IsTrainingOnBoth(const v1::JobStatus& status, const std::string& stage) {
  const std::size_t both = std::string("w0, w1").size();  // in either order
  return IsTraining(status, stage) && StageNamed(status, stage)->worker().size() == both;
}

const Findings& Undisturbed() {
  static const Findings findings = [] {
    Service service(ReferenceJob::Get().NewFolder(), 2);
    JobClient client(service.address());
    return FindingsOf(client, client.Finish(client.Submit(GangJob(2), "undisturbed")));
  }();
  return findings;
}

class GangKillTest : public testing::TestWithParam<std::string> {};  // the stage

TEST_P(GangKillTest, ARankKilledMidwayIsReplacedAndTheBitsAreThoseOfAnUndisturbedRun) {
  Service service(ReferenceJob::Get().NewFolder(), 2);
  JobClient client(service.address());
  const std::string job_id = client.Submit(GangJob(2), "disturbed");
  client.Follow(job_id, [](const v1::JobStatus& status) { return IsTrainingOnBoth(status, GetParam()); });
  ASSERT_FALSE(HasFailure());
  service.KillExecutor();
  const v1::JobStatus status = client.Finish(job_id);
  EXPECT_EQ(FindingsOf(client, status), Undisturbed());
  EXPECT_EQ(StageNamed(status, GetParam())->restarts(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stages, GangKillTest, testing::Values("align", "distill/top-2"),
                         [](const auto& info) { return info.param.substr(0, info.param.find('/')); });

// Long enough for its lease, so that the gang is to form anew when it is back.
TEST(GangTest, ARankThatStandsStillAndReturnsIsGivenItsPlaceAgain) {
  Service service(ReferenceJob::Get().NewFolder(), 2, {.lease_seconds = 2});
  JobClient client(service.address());
  const std::string job_id = client.Submit(GangJob(2), "disturbed");
  client.Follow(job_id,
                [](const v1::JobStatus& status) { return IsTrainingOnBoth(status, "distill/top-2"); });
  ASSERT_FALSE(HasFailure());
  service.Pause("w1");
  client.Follow(job_id, [](const v1::JobStatus& status) {
    return StageNamed(status, "distill/top-2")->restarts() == 1 && status.pending() != v1::NOT_PENDING;
  });
  service.Resume("w1");
  const v1::JobStatus status = client.Finish(job_id);
  EXPECT_EQ(FindingsOf(client, status), Undisturbed());
  EXPECT_EQ(StageNamed(status, "distill/top-2")->restarts(), 1u);
}

bool AreCompared(const v1::JobStatus& status, const std::string& stage) {
  if (!IsTraining(status, stage)) return false;
  const auto& ranks = StageNamed(status, stage)->ranks();
  return std::all_of(ranks.begin(), ranks.end(),
                     [](const v1::RankStatus& rank) { return rank.straggler_score() > 0; });
}

TEST(GangTest, RanksAreComparedByTheTimeOfTheirOwnSteps) {
  Service service(ReferenceJob::Get().NewFolder(), 2);
  JobClient client(service.address());
  v1::Job job = GangJob(2);
  job.mutable_spec()->mutable_align()->set_tokens(job.spec().align().tokens() *
                                                  100);  // beyond this test's end
  const std::string job_id = client.Submit(job, "compared");
  const v1::JobStatus status =
      client.Follow(job_id, [](const v1::JobStatus& now) { return AreCompared(now, "align"); });
  const auto& ranks = StageNamed(status, "align")->ranks();
  ASSERT_EQ(ranks.size(), 2);
  EXPECT_NE(ranks[0].worker(), ranks[1].worker());
  EXPECT_EQ(std::min(ranks[0].straggler_score(), ranks[1].straggler_score()), 1)
      << "the faster is the measure";
}

TEST(GangTest, OneWorkerGoesOnAloneWhereTheJobAllowsIt) {
  Service service(ReferenceJob::Get().NewFolder(), 2);
  JobClient client(service.address());
  const std::string job_id = client.Submit(GangJob(1), "smaller");
  client.Follow(job_id,
                [](const v1::JobStatus& status) { return IsTrainingOnBoth(status, "distill/top-2"); });
  ASSERT_FALSE(HasFailure());
  service.KillWorker();
  const v1::JobStatus status = client.Finish(job_id);
  EXPECT_EQ(StageNamed(status, "distill/top-2")->restarts(), 1u);
  const Findings findings = FindingsOf(client, status);
  EXPECT_EQ(findings.ranking, Undisturbed().ranking);
  EXPECT_EQ(findings.exported.size(), Undisturbed().exported.size());
}

}  // namespace
}  // namespace rad
