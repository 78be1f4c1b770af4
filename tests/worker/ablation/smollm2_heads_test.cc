// Scores of the real teacher's heads against a reference that zeroed them one by one.
#include <algorithm>

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

// A sample that ends within seconds: the strongest heads, both ends of the model, all heads of the last
// layer.
std::vector<HeadId> SampleHeads() {
  std::vector<HeadId> heads = {{0, 0}, {8, 0}, {16, 0}, {16, 1}, {18, 6}};
  for (int head = 0; head < 9; ++head) heads.push_back({29, head});
  return heads;
}

HeadScores ScoreSample(at::ScalarType dtype, const nlohmann::json& reference) {
  const auto file = OpenModelFile(SmolLm2Path());
  EXPECT_TRUE(file.ok()) << file.status();
  const auto model = LoadTransformer(**file, dtype);
  EXPECT_TRUE(model.ok()) << model.status();
  std::vector<ProbeExample> examples;
  for (int i = 0; i < 6; ++i) {
    const auto& example = reference["examples"][i];
    examples.push_back({example["ids"].get<std::vector<TokenId>>(), example["answer_len"].get<int>()});
  }
  const auto go_on = [](std::int64_t, std::int64_t) { return true; };
  const auto base = ScoreBase(*model, examples, go_on);
  EXPECT_TRUE(base.ok()) << base.status();
  const auto ablated = ScoreHeads(*model, examples, SampleHeads(), go_on);
  EXPECT_TRUE(ablated.ok()) << ablated.status();
  return {*base, *ablated};
}

const nlohmann::json& RunOf(const nlohmann::json& reference, HeadId id) {
  return reference["heads"][std::to_string(id.layer) + "." + std::to_string(id.head)];
}

double MeanDrop(const HeadScores& scores, const ProbeRun& run) {
  double drop = 0;
  for (std::size_t i = 0; i < run.answer_logprob.size(); ++i)
    drop += scores.base.answer_logprob[i] - run.answer_logprob[i];
  return drop / static_cast<double>(run.answer_logprob.size());
}

TEST(SmolLm2Heads, MarginsAndBitsAgreeWithTheReference) {
  RAD_REQUIRE_SMOLLM2();
  const nlohmann::json reference = TeacherReference("smollm2_heads.json");
  const HeadScores scores = ScoreSample(at::kFloat, reference);
  ExpectRun(scores.base, reference["base"]);
  for (const auto& [id, run] : scores.ablated) {
    SCOPED_TRACE(testing::Message() << "head " << id.layer << "." << id.head);
    ExpectRun(run, RunOf(reference, id));
  }
}

// bfloat16 has 8 bits of mantissa: what a head costs moves by some hundredths of a nat, and an answer flips
// only where the margin is small.
TEST(SmolLm2Heads, Bfloat16RanksAsFloat32Does) {
  RAD_REQUIRE_SMOLLM2();
  constexpr double kDropTolerance = 0.1, kSmallMargin = 0.6, kStrongDrop = 0.5;
  const nlohmann::json reference = TeacherReference("smollm2_heads.json");
  const HeadScores exact = ScoreSample(at::kFloat, reference), scores = ScoreSample(at::kBFloat16, reference);
  std::vector<std::pair<double, double>> strong;  // drops: float32's, bfloat16's
  for (std::size_t h = 0; h < scores.ablated.size(); ++h) {
    const auto& [id, run] = scores.ablated[h];
    SCOPED_TRACE(testing::Message() << "head " << id.layer << "." << id.head);
    const double drop = MeanDrop(scores, run), exact_drop = MeanDrop(exact, exact.ablated[h].run);
    EXPECT_NEAR(drop, exact_drop, kDropTolerance);
    if (exact_drop > kStrongDrop) strong.emplace_back(exact_drop, drop);
    for (std::size_t i = 0; i < run.margin.size(); ++i) {
      if (std::abs(RunOf(reference, id)["margin"][i].get<double>()) < kSmallMargin) continue;
      EXPECT_EQ(run.correct[i], RunOf(reference, id)["correct"][i].get<int>() == 1) << "example " << i;
    }
  }
  EXPECT_EQ(strong.size(), 4u);
  std::sort(strong.begin(), strong.end());
  EXPECT_TRUE(std::is_sorted(strong.begin(), strong.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; }));
}

}  // namespace
}  // namespace rad
