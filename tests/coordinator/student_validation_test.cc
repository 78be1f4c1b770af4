#include "coordinator/student_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "field description" of each fault.
std::vector<std::string> Faults(const v1::Student& student) {
  Violations found;
  CheckStudent(student, "s", found);
  std::vector<std::string> faults;
  for (const Violation& violation : found.list())
    faults.push_back(absl::StrCat(violation.field, " ", violation.description));
  return faults;
}

v1::Student Student() {
  v1::Student student;
  student.set_state_dim(8);
  student.set_placement(v1::Student::TOP);
  return student;
}

TEST(StudentValidation, ExactlyOneSizeIsGiven) {
  v1::Student student = Student();
  student.set_head_share(0.02);
  EXPECT_THAT(Faults(student), IsEmpty());
  student.set_head_budget(5);
  student.add_heads("1.2");
  EXPECT_THAT(Faults(student),
              ElementsAre(HasSubstr("s has head_budget and head_share and heads; one of head_budget,")));
}

TEST(StudentValidation, SharesAreShares) {
  v1::Student student = Student();
  student.set_head_share(2);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("s.head_share is 2; give 0 to 1")));
  student = Student();
  student.set_drop_target(-0.5);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("s.drop_target is -0.5; give 0 to 1")));
}

TEST(StudentValidation, SsmHeadsHaveRoomForSomething) {
  v1::Student student = Student();
  student.set_head_budget(5);
  student.set_head_dim(32);
  EXPECT_THAT(Faults(student), IsEmpty());
  student.set_head_dim(0);
  student.set_state_dim(2000);
  EXPECT_THAT(Faults(student),
              ElementsAre("s.state_dim is 2000; give 1 to 1024", "s.head_dim is 0; give 1 to 1024"));
}

TEST(StudentValidation, AContextIsOfBytes) {
  v1::Student student = Student();
  student.set_bytes(1'000'000);
  student.set_context_tokens(2048);
  EXPECT_THAT(Faults(student), IsEmpty());
  student.clear_bytes();
  student.set_head_budget(5);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("s.context_tokens is of s.bytes, which is missing")));
}

TEST(StudentValidation, ListedHeadsAreHeadsAndDiffer) {
  v1::Student student = Student();
  for (const char* head : {"16.0", "18", "16.0"}) student.add_heads(head);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("s.heads[1] is \"18\"; give layer.head, such as 16.0"),
                                           HasSubstr("s.heads[2] is 16.0, which is listed before")));
  student = Student();
  student.add_heads("16.0");
  student.set_placement(v1::Student::RANDOM);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("s.placement draws heads, but s.heads names them")));
}

TEST(StudentValidation, APresetIsKnownAndCountedInHeads) {
  v1::Student student = Student();
  student.set_preset("llama");
  student.set_head_budget(10);
  EXPECT_THAT(Faults(student),
              ElementsAre(HasSubstr("s.preset is \"llama\"; give one of llama-3.2-1b-instruct, ")));
  student = Student();
  student.set_preset("qwen2.5-1.5b-instruct");
  student.set_drop_target(0.9);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("give s.head_budget or head_share, not drop_target")));
}

TEST(StudentValidation, LayerWiseIsSizedByLayersAndJoinsNothing) {
  v1::Student student = Student();
  student.set_placement(v1::Student::LAYER_WISE);
  student.set_join(v1::Student::REPLACE);
  student.set_every_layers(4);
  EXPECT_THAT(Faults(student), IsEmpty());
  student.set_join(v1::Student::ADAPTER);
  student.set_every_layers(0);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("s.every_layers is 0; give 1 to"),
                                           HasSubstr("s.join joins attention with SSM heads in one layer")));
  student = Student();
  student.set_every_layers(4);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("s.every_layers is of placement: layer_wise")));
  student = Student();
  student.set_placement(v1::Student::LAYER_WISE);
  student.set_join(v1::Student::REPLACE);
  student.set_head_budget(5);
  EXPECT_THAT(Faults(student), ElementsAre(HasSubstr("size it by s.every_layers alone, such as 4")));
}

TEST(StudentDefaults, ControlsTakeTheMainStudentsJoinButForLayerWiseOnes) {
  v1::Job job = SampleJob();
  v1::JobSpec& spec = *job.mutable_spec();
  *spec.mutable_student() = {};
  spec.mutable_student()->set_join(v1::Student::ADAPTER);
  spec.clear_controls();
  spec.add_controls()->set_placement(v1::Student::RANDOM);
  spec.add_controls()->set_placement(v1::Student::LAYER_WISE);
  spec.add_controls()->set_join(v1::Student::SUM);
  FillDefaults(job);
  EXPECT_EQ(spec.controls(0).join(), v1::Student::ADAPTER);
  EXPECT_EQ(spec.controls(1).join(), v1::Student::REPLACE);
  EXPECT_EQ(spec.controls(1).every_layers(), 4u);
  EXPECT_EQ(spec.controls(1).name(), "layer-wise-4");
  EXPECT_EQ(spec.controls(2).name(), "top-5-sum");
}

TEST(StudentDefaults, AControlKeepsAsManyAsTheMainStudent) {
  v1::Job job = SampleJob();
  v1::JobSpec& spec = *job.mutable_spec();
  *spec.mutable_student() = {};
  spec.mutable_student()->set_bytes(2'000'000);
  spec.clear_controls();
  spec.add_controls()->set_placement(v1::Student::UNIFORM);
  spec.add_controls()->add_heads("0.1");
  spec.mutable_ranking()->clear_top();
  FillDefaults(job);
  EXPECT_EQ(spec.student().name(), "top-bytes-2000000");
  EXPECT_EQ(spec.student().context_tokens(), 2048u);
  EXPECT_FALSE(spec.student().has_head_budget());
  EXPECT_EQ(spec.controls(0).name(), "uniform-bytes-2000000");
  EXPECT_EQ(spec.controls(1).name(), "given-1");
  EXPECT_FALSE(spec.controls(1).has_bytes());
  EXPECT_EQ(spec.ranking().top(), 5u);  // bytes alone do not say how many heads matter
}

TEST(StudentDefaults, AControlOfAListedStudentDrawsAsMany) {
  v1::Job job = SampleJob();
  v1::JobSpec& spec = *job.mutable_spec();
  *spec.mutable_student() = {};
  for (const char* head : {"0.1", "1.2", "1.3"}) spec.mutable_student()->add_heads(head);
  spec.clear_controls();
  spec.add_controls()->set_placement(v1::Student::RANDOM);
  FillDefaults(job);
  EXPECT_EQ(spec.controls(0).head_budget(), 3u);
  EXPECT_EQ(spec.controls(0).name(), "random-3");
}

}  // namespace
}  // namespace rad
