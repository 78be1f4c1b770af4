#include "worker/ablation/attribution.h"

#include <gtest/gtest.h>

#include "tests/worker/transformer/random_transformer.h"
#include "worker/ablation/score_heads.h"

namespace rad {
namespace {

std::vector<ProbeExample> Examples() {
  at::manual_seed(5);
  std::vector<ProbeExample> examples;
  for (const auto& [length, answer_len] : {std::pair{9, 1}, {12, 3}}) {
    const at::Tensor ids = at::randint(101, {length}, at::kInt);
    examples.push_back({{ids.data_ptr<int>(), ids.data_ptr<int>() + length}, answer_len});
  }
  return examples;
}

double MeanLogprob(const Transformer& model) {
  const auto base = ScoreBase(model, Examples(), [](std::int64_t, std::int64_t) { return true; });
  return (base->answer_logprob[0] + base->answer_logprob[1]) / 2;
}

// Shrinking a head by a little must cost that share of its attribution.
TEST(Attribution, IsTheSlopeOfTheLogProbability) {
  constexpr double kShrink = 0.02;
  const Transformer model = RandomTransformer(SmallConfig());
  const auto drops = AttributeHeads(model, Examples());
  ASSERT_TRUE(drops.ok()) << drops.status();
  ASSERT_EQ(drops->size(), 18u);
  for (const auto& [head, drop] : *drops) {
    const auto scaled = [&](double factor) {
      Transformer changed = model;
      at::Tensor o = model.layers[head.layer].attention.o.clone();
      o.narrow(1, head.head * 8, 8).mul_(factor);
      changed.layers[head.layer].attention.o = o;
      return MeanLogprob(changed);
    };
    const double slope = (scaled(1 + kShrink) - scaled(1 - kShrink)) / (2 * kShrink);
    EXPECT_NEAR(drop, slope, 0.02 + 0.03 * std::abs(slope)) << head.layer << "." << head.head;
  }
}

TEST(Attribution, NeedsExamples) {
  EXPECT_EQ(AttributeHeads(RandomTransformer(SmallConfig()), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rad
