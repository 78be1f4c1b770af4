#include "coordinator/head_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Of the sample teacher's 2 x 4 heads; drops 8, 4, 2, 1, then chance.
std::vector<RankedHead> Ranking() {
  std::vector<RankedHead> ranking;
  const std::vector<HeadRef> order = {{1, 2}, {0, 3}, {1, 0}, {0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 3}};
  double drop = 8;
  for (const HeadRef& head : order) {
    RankedHead& ranked = ranking.emplace_back();
    ranked.head = head;
    ranked.cost.examples = 16;
    ranked.drop = drop >= 1 ? drop : 0.1;
    ranked.deviation = 1;
    drop /= 2;
  }
  return ranking;
}

v1::Student Top() {
  v1::Student student;
  student.set_placement(v1::Student::TOP);
  student.set_state_dim(8);
  return student;
}

std::vector<HeadRef> Select(const v1::Student& student) {
  EXPECT_EQ(CheckSelection(student, "spec.student", SampleTeacher()), absl::OkStatus());
  return SelectHeads(student, SampleTeacher(), Ranking());
}

std::string Refusal(const v1::Student& student) {
  const absl::Status status = CheckSelection(student, "spec.controls[1]", SampleTeacher());
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  return std::string(status.message());
}

TEST(HeadSelection, ABudgetTakesTheBestSortedByPosition) {
  v1::Student student = Top();
  student.set_head_budget(3);
  EXPECT_THAT(Select(student), ElementsAre(HeadRef{0, 3}, HeadRef{1, 0}, HeadRef{1, 2}));
  student.set_head_budget(0);
  EXPECT_THAT(Select(student), IsEmpty());
  student.set_head_budget(9);
  EXPECT_THAT(Refusal(student), HasSubstr("spec.controls[1].head_budget is 9"));
  EXPECT_THAT(Refusal(student), HasSubstr("at most 8"));
}

TEST(HeadSelection, AShareIsRoundedButNeverToNothing) {
  v1::Student student = Top();
  student.set_head_share(0.3);
  EXPECT_THAT(Select(student), ElementsAre(HeadRef{0, 3}, HeadRef{1, 2}));
  student.set_head_share(0.01);
  EXPECT_THAT(Select(student), SizeIs(1));
  student.set_head_share(0);
  EXPECT_THAT(Select(student), IsEmpty());
}

// The drops that count are 8, 4, 2 and 1; 0.1 is within two standard errors of 0.25.
TEST(HeadSelection, ADropTargetTakesTheSmallestPrefixThatReachesIt) {
  v1::Student student = Top();
  student.set_drop_target(12 / 15.0);
  EXPECT_THAT(Select(student), SizeIs(2));
  student.set_drop_target(12.1 / 15);
  EXPECT_THAT(Select(student), SizeIs(3));
  student.set_drop_target(1);
  EXPECT_THAT(Select(student), SizeIs(4));
}

TEST(HeadSelection, BytesHoldAtLeastTheSsmHeads) {
  v1::Student student = Top();
  student.set_context_tokens(100);
  student.set_bytes(10);
  EXPECT_THAT(Refusal(student), HasSubstr("spec.controls[1].bytes is 10, but the SSM heads alone take 2176"));
  student.set_bytes(1'000'000);
  EXPECT_THAT(Select(student), SizeIs(8));
  v1::TeacherInfo unknown = SampleTeacher();
  unknown.set_kv_heads(0);
  EXPECT_THAT(std::string(CheckSelection(student, "s", unknown).message()), HasSubstr("0 key-value heads"));
}

TEST(HeadSelection, AListIsTakenAsItIs) {
  v1::Student student = Top();
  student.add_heads("1.3");
  student.add_heads("0.1");
  EXPECT_THAT(Select(student), ElementsAre(HeadRef{0, 1}, HeadRef{1, 3}));
  student.add_heads("1.4");
  EXPECT_THAT(Refusal(student),
              HasSubstr("spec.controls[1].heads[2] is 1.4, but the teacher has layers 0 to 1"));
}

TEST(HeadSelection, APresetFitsItsOwnTeacherOnly) {
  v1::Student student = Top();
  student.set_head_budget(2);
  student.set_preset("llama-3.2-1b-instruct");
  EXPECT_THAT(Refusal(student), HasSubstr("a ranking of 16 layers of 32 heads, but the teacher has 2 of 4"));
  v1::TeacherInfo llama = SampleTeacher();
  llama.set_layers(16);
  llama.set_heads(32);
  EXPECT_EQ(CheckSelection(student, "s", llama), absl::OkStatus());
  EXPECT_THAT(SelectHeads(student, llama, {}), ElementsAre(HeadRef{4, 4}, HeadRef{9, 25}));
  student.set_head_budget(21);
  EXPECT_THAT(std::string(CheckSelection(student, "s", llama).message()), HasSubstr("s.preset names 20"));
}

TEST(HeadSelection, ControlsKeepAsManyWithoutLookingAtTheRanking) {
  v1::Student student = Top();
  student.set_drop_target(1);
  for (const v1::Student::Placement placement : {v1::Student::RANDOM, v1::Student::UNIFORM}) {
    student.set_placement(placement);
    std::vector<RankedHead> reversed = Ranking();
    for (RankedHead& ranked : reversed) ranked.head.layer = 1 - ranked.head.layer;
    EXPECT_THAT(Select(student), SizeIs(4));
    EXPECT_EQ(SelectHeads(student, SampleTeacher(), reversed), Select(student));
  }
}

TEST(HeadSelection, LayerWiseKeepsWholeLayers) {
  v1::Student student = Top();
  student.set_placement(v1::Student::LAYER_WISE);
  student.set_every_layers(2);
  EXPECT_THAT(Select(student), ElementsAre(HeadRef{1, 0}, HeadRef{1, 1}, HeadRef{1, 2}, HeadRef{1, 3}));
  EXPECT_EQ(HeadCount(student, SampleTeacher()), 4u);
  EXPECT_FALSE(NeedsRanking(student));
  student.set_every_layers(3);
  EXPECT_THAT(Refusal(student),
              HasSubstr("spec.controls[1].every_layers is 3, but the teacher has 2 layers"));
}

TEST(HeadSelection, OnlyTheJobsOwnBestHeadsNeedARanking) {
  v1::Student student = Top();
  student.set_head_budget(2);
  EXPECT_TRUE(NeedsRanking(student));
  student.set_placement(v1::Student::UNIFORM);
  EXPECT_FALSE(NeedsRanking(student));
  student.clear_head_budget();
  student.set_drop_target(0.5);
  EXPECT_TRUE(NeedsRanking(student));
  v1::Student listed = Top();
  listed.add_heads("0.0");
  EXPECT_FALSE(NeedsRanking(listed));
  EXPECT_EQ(HeadCount(listed, SampleTeacher()), 1u);
  EXPECT_EQ(HeadCount(student, SampleTeacher()), std::nullopt);
}

TEST(ParseHead, TakesLayerAndHeadOnly) {
  EXPECT_EQ(ParseHead("16.10"), (HeadRef{16, 10}));
  for (const char* text : {"", "16", "16.", ".3", "1.2.3", "-1.2", "a.b", "1.99999999999"})
    EXPECT_EQ(ParseHead(text), std::nullopt) << text;
}

}  // namespace
}  // namespace rad
