#include "coordinator/stage_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

std::vector<std::string> Names(const v1::Job& job) {
  std::vector<std::string> names;
  for (const v1::StageRecord& stage : PlanStages(job)) names.push_back(stage.name());
  return names;
}

TEST(StageGraph, ADistillationGoesFromInspectToExport) {
  EXPECT_THAT(Names(SampleJob()),
              ElementsAre("inspect", "rank", "select", "align", "distill/top-2", "distill/no-heads",
                          "distill/random-2", "evaluate/teacher", "evaluate/top-2", "evaluate/no-heads",
                          "evaluate/random-2", "export/top-2", "roles"));
}

TEST(StageGraph, AnAblationEndsWithTheRolesOfItsBestHeads) {
  EXPECT_THAT(Names(SampleAblation()), ElementsAre("inspect", "rank", "roles"));
}

TEST(StageGraph, NothingWaitsForRoles) {
  for (const v1::StageRecord& stage : PlanStages(SampleJob()))
    EXPECT_THAT(stage.after(), Not(Contains("roles"))) << stage.name();
}

TEST(StageGraph, HeadsThatAreGivenNeedNoRanking) {
  v1::Job job = SampleJob();
  v1::Student& student = *job.mutable_spec()->mutable_student();
  student.clear_head_budget();
  student.add_heads("1.2");
  EXPECT_THAT(Names(job), Not(Contains("rank")));
  for (const v1::StageRecord& stage : PlanStages(job)) {
    if (stage.name() != "select" && stage.name() != "align" && stage.name() != "evaluate/teacher") continue;
    EXPECT_THAT(stage.after(), ElementsAre("inspect")) << stage.name();
  }
  v1::Job best = job;
  best.mutable_spec()->mutable_controls(0)->set_head_budget(1);
  EXPECT_THAT(Names(best), Contains("rank"));
  best.mutable_spec()->mutable_controls(0)->set_preset("llama-3.2-1b-instruct");
  EXPECT_THAT(Names(best), Not(Contains("rank")));
  best.mutable_spec()->mutable_ranking()->set_top(2);
  EXPECT_THAT(Names(best), Contains("rank"));
}

// The teacher's layers or chance choose its heads.
v1::Job WithoutAnyRanking() {
  v1::Job job = SampleJob();
  v1::Student& student = *job.mutable_spec()->mutable_student();
  student.clear_head_budget();
  student.set_placement(v1::Student::LAYER_WISE);
  student.set_every_layers(2);
  job.mutable_spec()->mutable_controls(0)->set_placement(v1::Student::UNIFORM);
  job.mutable_spec()->mutable_controls(0)->set_head_budget(3);
  return job;
}

TEST(StageGraph, StudentsPlacedByLayersOrByChanceNeedNoRanking) {
  v1::Job job = WithoutAnyRanking();
  EXPECT_THAT(Names(job), Not(Contains("rank")));
  v1::Student& control = *job.mutable_spec()->mutable_controls(0);
  control.clear_head_budget();
  control.set_drop_target(0.5);  // by chance, but as many as the drops say
  EXPECT_THAT(Names(job), Contains("rank"));
  job = WithoutAnyRanking();
  job.set_kind(v1::Job::ABLATION);
  EXPECT_THAT(Names(job), Contains("rank"));
}

TEST(StageGraph, WithoutARankingLayersAreStillAlignedOnceHeadsAreChosen) {
  v1::Job job = WithoutAnyRanking();
  job.mutable_spec()->mutable_align()->set_target(v1::Align::LAYER);
  const std::vector<v1::StageRecord> stages = PlanStages(job);
  EXPECT_EQ(stages[1].name(), "select");
  EXPECT_THAT(stages[1].after(), ElementsAre("inspect"));
  EXPECT_EQ(stages[2].name(), "align/top-2");
  EXPECT_THAT(stages[2].after(), ElementsAre("select"));
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

TEST(StageGraph, EachHeadDimensionIsAlignedOnce) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_controls(0)->set_head_dim(4);
  const std::vector<v1::StageRecord> stages = PlanStages(job);
  EXPECT_EQ(stages[3].name(), "align/n8");
  EXPECT_EQ(stages[4].name(), "align/n8-p4");
  EXPECT_THAT(stages[6].after(), ElementsAre("select", "align/n8-p4"));
  EXPECT_EQ(stages[4].head_dim(), 4u);
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
