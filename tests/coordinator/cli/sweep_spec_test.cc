#include "coordinator/cli/spec/sweep_spec.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/spec/job_spec.h"
#include "coordinator/cli/view/message_json.h"

namespace rad::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<v1::Sweep> Parse(const std::string& parameters,
                                const std::vector<std::string>& overrides = {}) {
  const std::string text = absl::StrCat("kind: Sweep\nmetadata: {name: s}\nspec:\n  parameters: ", parameters,
                                        "\n  template: {teacher: {path: t.gguf}, student: {state_dim: 8}}\n");
  auto spec = ParseSpec(text, "sweep.yaml", overrides, "/home/me");
  if (!spec.ok()) return spec.status();
  return std::get<v1::Sweep>(*spec);
}

std::string ErrorOf(const std::string& parameters) {
  auto sweep = Parse(parameters);
  EXPECT_EQ(sweep.status().code(), absl::StatusCode::kInvalidArgument) << parameters;
  return std::string(sweep.status().message());
}

TEST(SweepSpec, ReadsFieldsWithTheirValues) {
  auto sweep =
      Parse("{student.head_budget: [0, 5], distill.tokens: [15k, 2M], student.heads: [[16.0, 18.6], []]}");
  ASSERT_TRUE(sweep.ok()) << sweep.status();
  ASSERT_EQ(sweep->spec().axes_size(), 3);
  EXPECT_EQ(sweep->spec().axes(0).path(), "student.head_budget");
  EXPECT_THAT(sweep->spec().axes(0).values(1).words(), ElementsAre("5"));
  EXPECT_THAT(sweep->spec().axes(1).values(0).words(), ElementsAre("15000"));
  EXPECT_THAT(sweep->spec().axes(1).values(1).words(), ElementsAre("2000000"));
  EXPECT_THAT(sweep->spec().axes(2).values(0).words(), ElementsAre("16.0", "18.6"));
  EXPECT_EQ(sweep->spec().template_().teacher().path(), "/home/me/t.gguf");
}

TEST(SweepSpec, ReadsRangesAndPoints) {
  auto drawn = Parse("{distill.learning_rate: {min: 1e-4, max: 1e-2, scale: log}}");
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  EXPECT_DOUBLE_EQ(drawn->spec().axes(0).range().max(), 1e-2);
  EXPECT_EQ(drawn->spec().axes(0).range().scale(), v1::ValueRange::LOG);
  auto listed = Parse("[{student.head_budget: 0}, {student.head_share: 0.02, student.placement: Random}]");
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->spec().points_size(), 2);
  EXPECT_EQ(listed->spec().points(1).settings(1).path(), "student.placement");
  EXPECT_THAT(listed->spec().points(1).settings(1).words(), ElementsAre("random"));
}

TEST(SweepSpec, AMistakeIsNamedWhereItStands) {
  EXPECT_THAT(ErrorOf("{student.head_bugdet: [0]}"), HasSubstr("sweep.yaml:4:16: unknown key 'head_bugdet'"));
  EXPECT_THAT(ErrorOf("{student.head_bugdet: [0]}"), HasSubstr("did you mean 'head_budget'?"));
  EXPECT_THAT(ErrorOf("{student.head_budget: [0, few]}"),
              HasSubstr("student.head_budget must be a whole number"));
  EXPECT_THAT(ErrorOf("{student.head_budget: 5}"), HasSubstr("must be a list of values"));
  EXPECT_THAT(ErrorOf("{student: [{head_budget: 5}]}"), HasSubstr("is not a single field"));
  EXPECT_THAT(ErrorOf("{align.tokens: {min: 5}}"), HasSubstr("needs min and max"));
  EXPECT_THAT(ErrorOf("[5]"), HasSubstr("a point must be a map"));
}

TEST(SweepSpec, PrintedAsYamlItReadsBackEqual) {
  auto sweep = Parse("{student.head_budget: [0, 5], align.tokens: {min: 1k, max: 2k}}",
                     {"template.student.state_dim=16", "max_concurrent=2"});
  ASSERT_TRUE(sweep.ok()) << sweep.status();
  EXPECT_EQ(sweep->spec().template_().student().state_dim(), 16u);
  auto again = ParseSpec(ToYaml(ToJson(*sweep, EmptyFields::kDrop)), "printed", {}, "/");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*sweep, std::get<v1::Sweep>(*again)));
}

}  // namespace
}  // namespace rad::cli
