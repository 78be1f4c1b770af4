#include "coordinator/stage_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Names(const v1::Job& job) {
  std::vector<std::string> names;
  for (const v1::StageRecord& stage : PlanStages(job)) names.push_back(stage.name());
  return names;
}

TEST(StageGraph, ADistillationGoesFromInspectToExport) {
  EXPECT_THAT(Names(SampleJob()),
              ElementsAre("inspect", "rank", "select", "align", "distill/top-2", "distill/no-heads",
                          "distill/random-2", "evaluate/teacher", "evaluate/top-2", "evaluate/no-heads",
                          "evaluate/random-2", "export/top-2"));
}

TEST(StageGraph, AnAblationEndsWithTheRanking) {
  EXPECT_THAT(Names(SampleAblation()), ElementsAre("inspect", "rank"));
}

TEST(StageGraph, EachStateDimensionIsAlignedOnce) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_controls(0)->set_state_dim(16);
  job.mutable_spec()->mutable_controls(1)->set_state_dim(16);
  const std::vector<v1::StageRecord> stages = PlanStages(job);
  EXPECT_EQ(stages[3].name(), "align/n8");
  EXPECT_EQ(stages[4].name(), "align/n16");
  EXPECT_THAT(stages[6].after(), ElementsAre("select", "align/n16"));
}

TEST(StageGraph, LayersAreAlignedForEachStudentOnceItsHeadsAreChosen) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_align()->set_target(v1::Align::LAYER);
  const std::vector<v1::StageRecord> stages = PlanStages(job);
  EXPECT_EQ(stages[3].name(), "align/top-2");
  EXPECT_EQ(stages[3].student(), "top-2");
  EXPECT_THAT(stages[3].after(), ElementsAre("select"));
  EXPECT_EQ(stages[6].name(), "distill/top-2");
  EXPECT_THAT(stages[6].after(), ElementsAre("select", "align/top-2"));
}

TEST(StageGraph, EveryStageComesAfterThoseItNeeds) {
  std::set<std::string> before;
  for (const v1::StageRecord& stage : PlanStages(SampleJob())) {
    for (const std::string& dependency : stage.after())
      EXPECT_TRUE(before.contains(dependency)) << stage.name();
    before.insert(stage.name());
  }
}

}  // namespace
}  // namespace rad
