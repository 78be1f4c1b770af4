// Scores of the real teacher's heads against a reference that zeroed them one by one.
#include "gtest/gtest.h"
#include "tests/worker/transformer/smollm2.h"
#include "worker/ablation/score_heads.h"
#include "worker/model/model_file.h"

namespace rad {
namespace {

constexpr double kTolerance = 2e-3;  // of margins, float32

void ExpectRun(const ProbeRun& run, const nlohmann::json& reference) {
  for (std::size_t i = 0; i < run.margin.size(); ++i) {
    EXPECT_NEAR(run.margin[i], reference["margin"][i].get<double>(), kTolerance) << "example " << i;
    if (std::abs(run.margin[i]) > kTolerance) {
      EXPECT_EQ(run.correct[i], reference["correct"][i].get<int>() == 1) << "example " << i;
    }
  }
}

TEST(SmolLm2Heads, MarginsAndBitsAgreeWithTheReference) {
  RAD_REQUIRE_SMOLLM2();
  const auto file = OpenModelFile(SmolLm2Path());
  ASSERT_TRUE(file.ok()) << file.status();
  const auto model = LoadTransformer(**file, at::kFloat);
  ASSERT_TRUE(model.ok()) << model.status();

  // A sample that ends within seconds: the strongest heads, both ends of the model, all heads of the last
  // layer.
  std::vector<HeadId> heads = {{0, 0}, {8, 0}, {16, 0}, {16, 1}, {18, 6}};
  for (int head = 0; head < 9; ++head) heads.push_back({29, head});
  const nlohmann::json reference = TeacherReference("smollm2_heads.json");
  std::vector<ProbeExample> examples;
  for (int i = 0; i < 6; ++i) {
    const auto& example = reference["examples"][i];
    examples.push_back({example["ids"].get<std::vector<TokenId>>(), example["answer_len"].get<int>()});
  }

  const auto go_on = [](std::int64_t, std::int64_t) { return true; };
  const auto base = ScoreBase(*model, examples, go_on);
  ASSERT_TRUE(base.ok()) << base.status();
  ExpectRun(*base, reference["base"]);
  const auto ablated = ScoreHeads(*model, examples, heads, go_on);
  ASSERT_TRUE(ablated.ok()) << ablated.status();
  for (const auto& [id, run] : *ablated) {
    const std::string name = std::to_string(id.layer) + "." + std::to_string(id.head);
    SCOPED_TRACE(name);
    ExpectRun(run, reference["heads"][name]);
  }
}

}  // namespace
}  // namespace rad
