#include "coordinator/sweep_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "coordinator/job_state.h"
#include "coordinator/sweep_ledger.h"
#include "coordinator/sweep_points.h"
#include "coordinator/sweep_status.h"
#include "tests/coordinator/sample_sweep.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Start = SweepDecision::Start;

// A sweep whose jobs end as the test says.
class SweepPlannerTest : public ::testing::Test {
 protected:
  explicit SweepPlannerTest(std::uint32_t max_concurrent = 2) {
    *record_.mutable_sweep() = SampleSweep();
    record_.mutable_sweep()->mutable_spec()->set_max_concurrent(max_concurrent);
    points_ = ExpandPoints(record_.sweep().spec());
  }

  // Takes the next step, as the coordinator does.
  std::vector<Start> Step() {
    const SweepDecision decision = DecideSweep(record_, points_);
    for (const Start& start : decision.starts)
      StartTrial(points_[start.point - 1], absl::StrCat("job-", ++jobs_), start.rung);
    for (const SweepDecision::End& end : decision.ends) {
      EndPoint(points_[end.point - 1], end.state, end.reason);
      points_[end.point - 1].set_stopped_early(end.stopped_early);
    }
    cancels_ = decision.cancels;
    record_.set_state(decision.state);
    record_.set_reason(decision.reason);
    return decision.starts;
  }

  void Finish(std::uint32_t number, v1::State state, std::uint32_t correct = 0, std::uint32_t last_rung = 0) {
    v1::SweepPoint& point = points_[number - 1];
    v1::JobRecord job;
    job.set_job_id(point.trials(point.trials_size() - 1).job_id());
    job.set_state(state);
    job.set_reason("as the test says");
    v1::Student& student = *job.mutable_job()->mutable_spec()->mutable_student();
    student.set_name("s");
    v1::StudentResult& result = *job.add_students();
    result.set_name("s");
    result.set_coverage(correct / 100.0);
    EndTrial(point, job, last_rung);
  }

  v1::SweepRecord record_;
  std::vector<v1::SweepPoint> points_;
  std::vector<std::string> cancels_;
  int jobs_ = 0;
};

TEST_F(SweepPlannerTest, StartsInOrderAndNeverMoreThanMayRun) {
  EXPECT_THAT(Step(), ElementsAre(Start{1, 0}, Start{2, 0}));
  EXPECT_THAT(Step(), IsEmpty());
  Finish(2, v1::SUCCEEDED);
  EXPECT_THAT(Step(), ElementsAre(Start{3, 0}));
  EXPECT_EQ(record_.state(), v1::RUNNING);
  EXPECT_EQ(record_.reason(), "1 of 4 points done, running: 2");
}

TEST_F(SweepPlannerTest, AFailedPointHidesAndRepeatsNoOther) {
  Step();
  Finish(1, v1::FAILED);
  EXPECT_THAT(Step(), ElementsAre(Start{3, 0}));
  for (const std::uint32_t number : {2, 3}) Finish(number, v1::SUCCEEDED);
  EXPECT_THAT(Step(), ElementsAre(Start{4, 0}));
  Finish(4, v1::SUCCEEDED);
  EXPECT_THAT(Step(), IsEmpty());
  EXPECT_EQ(record_.state(), v1::FAILED);
  EXPECT_EQ(record_.reason(), "3 of 4 points done, failed: 1");
  EXPECT_THAT(points_[0].reason(), HasSubstr("job-1: as the test says"));
  for (const v1::SweepPoint& point : points_) EXPECT_EQ(point.trials_size(), 1);
}

TEST_F(SweepPlannerTest, ARetryStartsTheFailedPointAgainAndNoOther) {
  Step();
  Finish(1, v1::FAILED);
  Finish(2, v1::SUCCEEDED);
  Step();
  Finish(3, v1::SUCCEEDED);
  Finish(4, v1::SUCCEEDED);
  Step();
  ASSERT_EQ(record_.state(), v1::FAILED);
  RetryPoint(points_[0]);
  EXPECT_THAT(Step(), ElementsAre(Start{1, 0}));
  Finish(1, v1::SUCCEEDED);
  Step();
  EXPECT_EQ(record_.state(), v1::SUCCEEDED);
  EXPECT_EQ(points_[0].trials_size(), 2);
  EXPECT_EQ(points_[0].trials(0).state(), v1::FAILED);
}

TEST_F(SweepPlannerTest, APausedSweepStartsNothingAndLetsTheRunningEnd) {
  Step();
  record_.set_paused(true);
  Finish(1, v1::SUCCEEDED);
  EXPECT_THAT(Step(), IsEmpty());
  EXPECT_THAT(record_.reason(), HasSubstr("running: 1; paused"));
  record_.set_paused(false);
  EXPECT_THAT(Step(), ElementsAre(Start{3, 0}));
}

TEST_F(SweepPlannerTest, ACancelledSweepEndsOnceItsJobsHave) {
  Step();
  record_.set_cancelling(true);
  EXPECT_THAT(Step(), IsEmpty());
  EXPECT_THAT(cancels_, ElementsAre("job-1", "job-2"));
  EXPECT_EQ(points_[3].state(), v1::CANCELLED);
  EXPECT_EQ(record_.state(), v1::RUNNING);
  Finish(1, v1::CANCELLED);
  Finish(2, v1::SUCCEEDED);  // it came in just before
  Step();
  EXPECT_EQ(record_.state(), v1::CANCELLED);
  EXPECT_EQ(points_[1].state(), v1::SUCCEEDED);
}

TEST_F(SweepPlannerTest, TheFrontHoldsThoseThatNoOtherBeats) {
  record_.mutable_sweep()->mutable_spec()->set_max_concurrent(4);
  Step();
  const std::uint32_t correct[] = {50, 90, 90, 40};
  const std::uint64_t bytes[] = {100, 300, 200, 150};
  for (std::uint32_t i = 0; i < 4; ++i) {
    Finish(i + 1, v1::SUCCEEDED, correct[i]);
    points_[i].mutable_result()->set_memory_bytes(bytes[i]);
  }
  EXPECT_THAT(ParetoFront(points_), ElementsAre(1, 3));
  EXPECT_EQ(MakeSweepStatus(record_, points_, v1::METRIC_UNSPECIFIED).best(), 3u);  // as good as 2, smaller
}

class AshaTest : public SweepPlannerTest {
 protected:
  AshaTest() : SweepPlannerTest(4) {
    v1::EarlyStop& early_stop =
        *record_.mutable_sweep()->mutable_spec()->mutable_search()->mutable_early_stop();
    early_stop.set_divisor(2);
    early_stop.set_rungs(2);
    FillSweepDefaults(*record_.mutable_sweep());
  }
  void Rung(std::uint32_t number, std::uint32_t correct) { Finish(number, v1::SUCCEEDED, correct, 1); }
};

TEST_F(AshaTest, GoesOnAsSoonAsItIsAmongTheBestAndStopsTheRest) {
  EXPECT_THAT(Step(), ElementsAre(Start{1, 0}, Start{2, 0}, Start{3, 0}, Start{4, 0}));
  Rung(1, 50);
  EXPECT_THAT(Step(), IsEmpty());  // the best half of one is nobody
  Rung(2, 60);
  EXPECT_THAT(Step(), ElementsAre(Start{2, 1}));  // does not wait for 3 and 4
  Rung(3, 40);
  Rung(4, 70);
  EXPECT_THAT(Step(), ElementsAre(Start{4, 1}));
  EXPECT_EQ(points_[0].state(), v1::SUCCEEDED);
  EXPECT_TRUE(points_[0].stopped_early());
  EXPECT_EQ(points_[0].reason(), "stopped on rung 0 of 0 to 1: place 3 of 4 by coverage");
  EXPECT_TRUE(points_[2].stopped_early());
  Rung(2, 80);
  Rung(4, 75);
  Step();
  EXPECT_EQ(record_.state(), v1::SUCCEEDED);
  EXPECT_FALSE(points_[1].stopped_early());
  EXPECT_EQ(MakeSweepStatus(record_, points_, v1::METRIC_UNSPECIFIED).best(), 2u);
}

TEST_F(AshaTest, AFailedPointKeepsNobodyWaiting) {
  Step();
  Rung(1, 50);
  for (const std::uint32_t number : {2, 3, 4}) Finish(number, v1::FAILED);
  EXPECT_THAT(Step(), ElementsAre(Start{1, 1}));  // the last one left goes on in any case
}

}  // namespace
}  // namespace rad
