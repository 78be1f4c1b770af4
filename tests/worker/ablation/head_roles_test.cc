#include "worker/ablation/head_roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/transformer/random_transformer.h"
#include "worker/ablation/attribution.h"

namespace rad {
namespace {

ModelConfig ByteConfig() {
  ModelConfig config = SmallConfig();
  config.vocab = 256;
  config.context = 1024;
  return config;
}

std::vector<ProbeExample> Examples(int count, ProbeTask task = ProbeTask::kKvRetrieval) {
  ProbeSources sources;
  for (int i = 0; i < 300; ++i) sources.text += "word ";
  auto examples = MakeProbe({.pairs = 4,
                             .seed = 3,
                             .task = task,
                             .context_tokens = 600,
                             .sources = std::make_shared<const ProbeSources>(std::move(sources))},
                            ByteTokenizer(), 0, count);
  EXPECT_TRUE(examples.ok()) << examples.status();
  return *examples;
}

bool GoOn(std::int64_t) { return true; }

class HeadRolesOf : public testing::TestWithParam<ProbeTask> {};
INSTANTIATE_TEST_SUITE_P(Tasks, HeadRolesOf,
                         testing::Values(ProbeTask::kKvRetrieval, ProbeTask::kMultiValue,
                                         ProbeTask::kNeedle));

TEST_P(HeadRolesOf, EqualAttentionGivesTheSharesOfEqualAttention) {
  Transformer model = RandomTransformer(ByteConfig());
  model.layers[1].attention.q.zero_();
  const HeadId heads[] = {{1, 0}, {1, 5}, {0, 2}};
  const auto roles = ClassifyHeads(model, Examples(3, GetParam()), heads, GoOn);
  ASSERT_TRUE(roles.ok()) << roles.status();
  for (int i = 0; i < 2; ++i) {
    EXPECT_NEAR((*roles)[i].gather, (*roles)[i].gather_if_equal, 1e-5);
    EXPECT_NEAR((*roles)[i].aggregate, (*roles)[i].aggregate_if_equal, 1e-5);
    EXPECT_EQ((*roles)[i].role(), Role::kOther);
  }
  EXPECT_EQ((*roles)[2].head.head, 2);
  EXPECT_GT(std::abs((*roles)[2].gather - (*roles)[2].gather_if_equal), 1e-3);
}

TEST(HeadRoles, NamesFollowTheShares) {
  EXPECT_EQ((HeadRole{.gather = 0.5, .aggregate = 0.1}).role(), Role::kGather);
  EXPECT_EQ((HeadRole{.gather = 0.1, .aggregate = 0.5}).role(), Role::kAggregate);
  EXPECT_EQ((HeadRole{.gather = 0.5, .aggregate = 0.5}).role(), Role::kMixed);
  EXPECT_EQ((HeadRole{.gather = 0.1, .aggregate = 0.1}).role(), Role::kOther);
}

TEST(HeadRoles, RefusesUnknownHeadsAndExamplesWithoutPlaces) {
  const Transformer model = RandomTransformer(ByteConfig());
  const HeadId unknown[] = {{3, 0}}, known[] = {{2, 0}};
  EXPECT_THAT(ClassifyHeads(model, Examples(1), unknown, GoOn).status().message(),
              testing::HasSubstr("head 3.0"));
  const ProbeExample bare[] = {{std::vector<TokenId>(9, 1), 1}};
  EXPECT_THAT(ClassifyHeads(model, bare, known, GoOn).status().message(),
              testing::HasSubstr("where its pairs are"));
}

TEST(HeadRoles, CarryTheirAttributionAndStopWhenTold) {
  const Transformer model = RandomTransformer(ByteConfig());
  const auto examples = Examples(2);
  const HeadId heads[] = {{2, 3}};
  const auto roles = ClassifyHeads(model, examples, heads, GoOn);
  const auto attributed = AttributeHeads(model, examples);
  ASSERT_TRUE(roles.ok()) << roles.status();
  ASSERT_TRUE(attributed.ok()) << attributed.status();
  EXPECT_EQ((*attributed)[15].first, heads[0]);
  EXPECT_DOUBLE_EQ(roles->front().attribution, (*attributed)[15].second);
  const auto stopped = ClassifyHeads(model, examples, heads, [](std::int64_t done) { return done < 1; });
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace rad
