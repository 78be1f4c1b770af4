#include "worker/eval/text_loss.h"

#include <ATen/ATen.h>

#include "gtest/gtest.h"
#include "tests/worker/transformer/random_transformer.h"
#include "worker/ablation/score_heads.h"
#include "worker/eval/answer_probe.h"
#include "worker/model/teacher_model.h"

namespace rad {
namespace {

const std::function<bool(std::int64_t)> kGoOn = [](std::int64_t) { return true; };

std::vector<std::vector<TokenId>> RandomSequences(const std::vector<int>& lengths) {
  std::vector<std::vector<TokenId>> sequences;
  for (int length : lengths) {
    std::vector<TokenId> sequence(length);
    for (int i = 0; i < length; ++i) sequence[i] = (31 * i * i + 7 * length + i) % 101;
    sequences.push_back(sequence);
  }
  return sequences;
}

at::Tensor LogProbabilities(const LanguageModel& model, const std::vector<TokenId>& sequence) {
  const at::Tensor ids = at::tensor(sequence).to(at::kLong).unsqueeze(0);
  return model.Logits(model.HiddenStates(ids))[0].to(at::kDouble).log_softmax(1);
}

TEST(MeasureText, NllAndKlAreThoseOfTheWholeLogits) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig(), at::kFloat, 1));
  const auto teacher = MakeTeacherModel(RandomTransformer(SmallConfig(), at::kFloat, 2));
  const auto sequences =
      RandomSequences({20, 20, 20, 9, 20, 1, 250, 250, 250, 250, 250});  // more than one batch
  double nll = 0, kl = 0;
  std::int64_t tokens = 0;
  for (const auto& sequence : sequences) {
    const at::Tensor q = LogProbabilities(*model, sequence), p = LogProbabilities(*teacher, sequence);
    for (std::size_t t = 0; t + 1 < sequence.size(); ++t, ++tokens) {
      nll -= q[t][sequence[t + 1]].item<double>();
      kl += (p[t].exp() * (p[t] - q[t])).sum().item<double>();
    }
  }
  const auto loss = MeasureText(*model, teacher.get(), sequences, kGoOn);
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_EQ(loss->tokens, tokens);
  EXPECT_NEAR(loss->nll, nll / tokens, 1e-4 * nll / tokens);
  EXPECT_NEAR(loss->kl, kl / tokens, 1e-4 * kl / tokens);
  EXPECT_GT(loss->kl, 0.1);
}

TEST(MeasureText, KlToItselfIsZero) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  const auto loss = MeasureText(*model, model.get(), RandomSequences({30, 30}), kGoOn);
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_NEAR(loss->kl, 0, 1e-9);
}

TEST(MeasureText, StopsAndRefusesTextWithoutPredictions) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  const auto stopped =
      MeasureText(*model, nullptr, RandomSequences({30}), [](std::int64_t) { return false; });
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(MeasureText(*model, nullptr, RandomSequences({1, 1}), kGoOn).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(AnswerProbe, AgreesWithTheUnablatedRunOfTheSweep) {
  const Transformer transformer = RandomTransformer(SmallConfig());
  std::vector<ProbeExample> examples;
  for (const auto& ids : RandomSequences({12, 30, 7, 200, 200, 200, 200, 200, 200, 9}))
    examples.push_back({ids, 2});
  const auto base = ScoreBase(transformer, examples, [](std::int64_t, std::int64_t) { return true; });
  ASSERT_TRUE(base.ok()) << base.status();
  std::int64_t last = 0;
  const auto run = AnswerProbe(*MakeTeacherModel(transformer), examples, [&](std::int64_t done) {
    last = done;
    return true;
  });
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(last, 10);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    EXPECT_NEAR(run->margin[i], base->margin[i], 1e-4) << i;
    EXPECT_NEAR(run->answer_logprob[i], base->answer_logprob[i], 1e-4) << i;
  }
}

}  // namespace
}  // namespace rad
