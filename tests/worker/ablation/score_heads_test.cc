// ScoreHeads against the plain way: zero a head's columns of o_proj, run one unpadded example, read the
// answer.
#include "worker/ablation/score_heads.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/transformer/random_transformer.h"
#include "worker/ablation/all_heads.h"
#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

const ScoreProgress kGoOn = [](std::int64_t, std::int64_t) { return true; };

std::vector<ProbeExample> RandomExamples(int count, int shortest, int longest) {
  SplitMix random({11});
  std::vector<ProbeExample> examples(count);
  for (ProbeExample& example : examples) {
    const int length = shortest + random.Below(longest - shortest + 1);
    for (int i = 0; i < length; ++i) example.ids.push_back(random.Below(101));
    example.answer_len = 1 + random.Below(3);
  }
  return examples;
}

struct Answer {
  float margin = std::numeric_limits<float>::infinity();
  float logprob = 0;
};

Answer PlainAnswer(const Transformer& model, const ProbeExample& example) {
  const auto n = static_cast<std::int64_t>(example.ids.size());
  const at::Tensor ids = at::tensor(example.ids).to(at::kLong).unsqueeze(0);
  const at::Tensor logits = Logits(model, HiddenStates(model, ids))[0];
  Answer answer;
  for (std::int64_t i = n - example.answer_len; i < n; ++i) {
    at::Tensor row = logits[i - 1].clone();
    answer.logprob += row.log_softmax(0)[example.ids[i]].item<float>();
    const float target = row[example.ids[i]].item<float>();
    row[example.ids[i]] = -std::numeric_limits<float>::infinity();
    answer.margin = std::min(answer.margin, target - row.max().item<float>());
  }
  return answer;
}

Transformer ZeroHead(Transformer model, HeadId id) {
  at::Tensor& o = model.layers[id.layer].attention.o;
  o = o.clone();
  o.narrow(1, id.head * model.config.head_dim, model.config.head_dim).zero_();
  return model;
}

void ExpectRun(const ProbeRun& run, const Transformer& model, const std::vector<ProbeExample>& examples) {
  ASSERT_EQ(run.margin.size(), examples.size());
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Answer answer = PlainAnswer(model, examples[i]);
    EXPECT_NEAR(run.margin[i], answer.margin, 1e-4) << "example " << i;
    EXPECT_NEAR(run.answer_logprob[i], answer.logprob, 1e-4) << "example " << i;
    EXPECT_EQ(run.correct[i], run.margin[i] > 0) << "example " << i;
  }
}

void ExpectScores(const Transformer& model, const std::vector<ProbeExample>& examples,
                  const std::vector<HeadId>& heads) {
  const auto base = ScoreBase(model, examples, kGoOn);
  ASSERT_TRUE(base.ok()) << base.status();
  ExpectRun(*base, model, examples);
  const auto scores = ScoreHeads(model, examples, heads, kGoOn);
  ASSERT_TRUE(scores.ok()) << scores.status();
  ASSERT_EQ(scores->size(), heads.size());
  for (std::size_t i = 0; i < heads.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "head " << heads[i].layer << "." << heads[i].head);
    EXPECT_EQ(scores->at(i).head, heads[i]);
    ExpectRun(scores->at(i).run, ZeroHead(model, heads[i]), examples);
  }
}

TEST(ScoreHeads, EveryHeadOfALlama) {
  const Transformer model = RandomTransformer(SmallConfig());
  ExpectScores(model, RandomExamples(7, 4, 12), AllHeads(model.config));
}

// What examples begin with is run once for all of them; one has nothing else before its answer.
TEST(ScoreHeads, ExamplesOfACommonBeginning) {
  const Transformer model = RandomTransformer(SmallConfig());
  for (const std::size_t common : {3u, 16u, 21u}) {
    std::vector<ProbeExample> examples = RandomExamples(6, 24, 40);
    for (ProbeExample& example : examples)
      std::copy_n(examples.front().ids.begin(), common, example.ids.begin());
    examples[4].ids.resize(common + 1 + static_cast<std::size_t>(examples[4].answer_len) - 1);
    const auto batches = PackExamples(model.config, examples, 1000, 1);
    ASSERT_EQ(batches.size(), 1u);
    EXPECT_EQ(batches[0].visible.shared,
              static_cast<std::int64_t>(examples[4].ids.size()) - 1 - examples[4].answer_len);
    ExpectScores(model, examples, AllHeads(model.config));
    ExpectScores(model, examples, {{0, 1}, {2, 3}});
  }
}

TEST(ScoreHeads, QwenBiasesAndOneLayer) {
  ModelConfig config = SmallConfig();
  config.qkv_bias = true;
  config.tied_embeddings = false;
  config.layers = 1;
  const Transformer model = RandomTransformer(config);
  ExpectScores(model, RandomExamples(5, 4, 12), AllHeads(config));
}

// More tokens than one batch holds, lengths far apart, heads in no order.
TEST(ScoreHeads, ManyBatchesOfMixedLengths) {
  const Transformer model = RandomTransformer(SmallConfig());
  ExpectScores(model, RandomExamples(24, 4, 200), {{2, 5}, {0, 1}, {2, 0}, {1, 3}});
}

TEST(ScoreHeads, CorrectAnswersAreSeenAsSuch) {
  const Transformer model = RandomTransformer(SmallConfig());
  std::vector<ProbeExample> examples = RandomExamples(4, 6, 9);
  for (ProbeExample& example : examples) {  // make the model's own greedy choice the answer
    example.answer_len = 1;
    const at::Tensor ids = at::tensor(example.ids).to(at::kLong).unsqueeze(0);
    const at::Tensor logits = Logits(model, HiddenStates(model, ids))[0];
    example.ids.back() = logits[ids.size(1) - 2].argmax().item<std::int64_t>();
  }
  const auto base = ScoreBase(model, examples, kGoOn);
  ASSERT_TRUE(base.ok()) << base.status();
  EXPECT_THAT(base->correct, ::testing::Each(1));
}

TEST(ScoreHeads, ProgressEndsAtTheTotalAndStops) {
  const Transformer model = RandomTransformer(SmallConfig());
  const auto examples = RandomExamples(3, 4, 9);
  const auto heads = AllHeads(model.config);
  std::int64_t last = 0;
  ASSERT_TRUE(ScoreHeads(model, examples, heads, [&](std::int64_t done, std::int64_t total) {
                EXPECT_GE(done, last);
                EXPECT_EQ(total, 54);
                last = done;
                return true;
              }).ok());
  EXPECT_EQ(last, 54);
  const auto stopped =
      ScoreHeads(model, examples, heads, [](std::int64_t done, std::int64_t) { return done == 0; });
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
}

TEST(ScoreHeads, RefusesWhatTheModelDoesNotHave) {
  const Transformer model = RandomTransformer(SmallConfig());
  const auto examples = RandomExamples(2, 4, 9);
  const auto message = [&](const std::vector<ProbeExample>& bad, const std::vector<HeadId>& heads) {
    const auto status = ScoreHeads(model, bad, heads, kGoOn).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message(examples, {{3, 0}}), HasSubstr("head 3.0 is not in the teacher"));
  EXPECT_THAT(message(examples, {{0, -1}}), HasSubstr("head 0.-1 is not in the teacher"));
  EXPECT_THAT(message({{{1, 101}, 1}}, {}), HasSubstr("examples[0]: ids holds 101"));
  EXPECT_THAT(message({{{1, 2}, 2}}, {}),
              HasSubstr("examples[0].answer_len is 2; it must be at least 1 and less than the 2 ids"));
  EXPECT_THAT(message({{std::vector<TokenId>(300, 1), 2}}, {}), HasSubstr("context of 256"));
}

}  // namespace
}  // namespace rad
