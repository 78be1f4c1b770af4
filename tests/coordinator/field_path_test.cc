#include "proto/field_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rad/v1/job.pb.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string ErrorOf(const std::string& path, const std::vector<std::string>& words) {
  v1::JobSpec spec;
  spec.mutable_student()->set_state_dim(8);
  const absl::Status status = SetField(spec, path, words);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << path;
  EXPECT_EQ(spec.student().state_dim(), 8u);
  return std::string(status.message());
}

TEST(FieldPath, SetsAndReadsEveryKindOfField) {
  v1::JobSpec spec;
  const std::vector<std::pair<std::string, std::vector<std::string>>> fields = {
      {"student.state_dim", {"16"}},     {"student.placement", {"random"}},
      {"student.head_share", {"0.02"}},  {"student.heads", {"16.0", "18.6"}},
      {"distill.tokens", {"400000"}},    {"align.learning_rate", {"0.001"}},
      {"teacher.path", {"/models/a b"}}, {"priority", {"-5"}},
  };
  for (const auto& [path, words] : fields) {
    ASSERT_TRUE(SetField(spec, path, words).ok()) << path;
    EXPECT_EQ(GetField(spec, path), words) << path;
  }
  EXPECT_EQ(spec.student().placement(), v1::Student::RANDOM);
  EXPECT_DOUBLE_EQ(spec.student().head_share(), 0.02);
  EXPECT_EQ(spec.distill().tokens(), 400'000u);
}

TEST(FieldPath, AListIsReplacedNotAddedTo) {
  v1::JobSpec spec;
  spec.mutable_student()->add_heads("1.0");
  ASSERT_TRUE(SetField(spec, "student.heads", {"2.0"}).ok());
  EXPECT_THAT(spec.student().heads(), ElementsAre("2.0"));
  ASSERT_TRUE(SetField(spec, "student.heads", {}).ok());
  EXPECT_THAT(spec.student().heads(), IsEmpty());
}

TEST(FieldPath, SaysWhatIsWrong) {
  EXPECT_THAT(ErrorOf("student.state_dims", {"8"}), HasSubstr("\"state_dims\" is not one of head_budget"));
  EXPECT_THAT(ErrorOf("student", {"8"}), HasSubstr("is not a single field"));
  EXPECT_THAT(ErrorOf("controls.head_budget", {"8"}), HasSubstr("has no fields of its own"));
  EXPECT_THAT(ErrorOf("student.state_dim", {"-8"}), HasSubstr("is \"-8\"; give a whole number"));
  EXPECT_THAT(ErrorOf("student.state_dim", {"8", "9"}), HasSubstr("has 2 values; give one"));
  EXPECT_THAT(ErrorOf("student.placement", {"best"}), HasSubstr("give one of top, random"));
  EXPECT_THAT(ErrorOf("student.head_share", {"nan"}), HasSubstr("give a number"));
}

}  // namespace
}  // namespace rad
