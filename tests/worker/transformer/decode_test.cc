// Decoding with a cache against the full forward pass, and generation on top of it.
#include <ATen/ATen.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/transformer/random_transformer.h"
#include "worker/model/generate.h"
#include "worker/model/teacher_model.h"
#include "worker/model/token_loss.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

at::Tensor FullLogits(const LanguageModel& model, const at::Tensor& ids) {
  return model.Logits(model.HiddenStates(ids));
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(Decode, PromptThenStepsGiveTheFullForwardsLogits) {
  for (const bool bias : {false, true}) {
    ModelConfig config = SmallConfig();
    config.qkv_bias = bias;
    const auto model = MakeTeacherModel(RandomTransformer(config));
    const at::Tensor ids = at::randint(0, 101, {3, 14}, at::kLong);
    const at::Tensor full = FullLogits(*model, ids);
    const auto state = model->NewDecodeState(3, 14, at::kFloat);
    EXPECT_LT(LargestDifference(state->Feed(ids.narrow(1, 0, 5)), full.select(1, 4)), 1e-4);
    EXPECT_LT(LargestDifference(state->Feed(ids.narrow(1, 5, 3)), full.select(1, 7)), 1e-4);
    for (int t = 8; t < 14; ++t) {
      EXPECT_LT(LargestDifference(state->Feed(ids.narrow(1, t, 1)), full.select(1, t)), 1e-4) << t;
    }
    EXPECT_THROW(state->Feed(ids.narrow(1, 0, 1)), c10::Error);
  }
}

TEST(Decode, Bfloat16CacheStaysNear) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  const at::Tensor ids = at::randint(0, 101, {1, 9}, at::kLong);
  const at::Tensor full = FullLogits(*model, ids).select(1, 8);
  const at::Tensor cached = model->NewDecodeState(1, 9, at::kBFloat16)->Feed(ids);
  EXPECT_LT(LargestDifference(cached, full), 0.1 * full.abs().max().item<double>());
  EXPECT_GT(LargestDifference(cached, full), 0);  // the cache is what it says
}

TEST(Decode, MeasuredBytesAreTheFormulas) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  for (const std::int64_t context : {1, 128, 4096}) {
    const auto bytes = model->NewDecodeState(1, context, at::kBFloat16)->MeasuredBytes();
    EXPECT_EQ(bytes.at("kv_cache"),
              3 * 2 * 2 * 8 * context * 2);  // layers, K and V, groups, P, tokens, bytes
    EXPECT_EQ(model->DecodingBytesByFormula(context), bytes.at("kv_cache"));
  }
}

std::vector<TokenId> Write(const LanguageModel& model, const std::vector<TokenId>& prompt,
                           GenerateOptions options, std::optional<TokenId> stop = std::nullopt) {
  std::vector<TokenId> made;
  const absl::Status status = Generate(model, prompt, options, stop, [&](TokenId id) {
    made.push_back(id);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status;
  return made;
}

TEST(Generate, GreedyIsTheArgmaxOfTheFullForward) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  std::vector<TokenId> ids = {5, 17, 93};
  const std::vector<TokenId> made = Write(*model, ids, {.max_tokens = 12});
  ASSERT_EQ(made.size(), 12u);
  for (TokenId id : made) {
    const at::Tensor logits = FullLogits(*model, at::tensor(ids).to(at::kLong).unsqueeze(0))[0][-1];
    EXPECT_EQ(logits.argmax().item<std::int64_t>(), id);
    ids.push_back(id);
  }
}

TEST(Generate, StopsAtTheStopTokenTheCallersWishAndTheContext) {
  ModelConfig config = SmallConfig();
  config.context = 6;
  const auto model = MakeTeacherModel(RandomTransformer(config));
  const auto all = Write(*model, {1, 2}, {.max_tokens = 100});
  EXPECT_EQ(all.size(), 4u);
  const auto before_stop = Write(*model, {1, 2}, {.max_tokens = 100}, all[2]);
  EXPECT_LE(before_stop.size(), 2u);
  EXPECT_THAT(before_stop, ::testing::Not(::testing::Contains(all[2])));
  int emitted = 0;
  EXPECT_TRUE(Generate(*model, std::vector<TokenId>{1, 2}, {}, std::nullopt, [&](TokenId) {
                return ++emitted < 2;
              }).ok());
  EXPECT_EQ(emitted, 2);
}

TEST(Generate, DrawsFollowTheSoftmaxAndTheSeed) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  const std::vector<TokenId> prompt = {5, 17, 93};
  const at::Tensor logits = FullLogits(*model, at::tensor(prompt).to(at::kLong).unsqueeze(0))[0][-1];
  const double temperature = 2.5;
  const at::Tensor probability = (logits / temperature).softmax(0);
  constexpr int kDraws = 2000;
  std::vector<int> seen(101);
  for (int seed = 0; seed < kDraws; ++seed) {
    const GenerateOptions options{
        .max_tokens = 1, .temperature = temperature, .seed = static_cast<std::uint64_t>(seed)};
    ++seen[Write(*model, prompt, options).front()];
  }
  for (int id = 0; id < 101; ++id) {
    const double p = probability[id].item<double>();
    EXPECT_NEAR(seen[id], kDraws * p, 5 * std::sqrt(kDraws * p * (1 - p)) + 1) << id;
  }
  const GenerateOptions options{.max_tokens = 20, .temperature = 1, .seed = 4};
  EXPECT_EQ(Write(*model, prompt, options), Write(*model, prompt, options));
}

TEST(Generate, RefusesBadInput) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  const auto message = [&](const std::vector<TokenId>& prompt, GenerateOptions options) {
    const absl::Status status = Generate(*model, prompt, options, std::nullopt, [](TokenId) { return true; });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message({}, {}), HasSubstr("ids is empty"));
  EXPECT_THAT(message({101}, {}), HasSubstr("ids holds 101, outside the model's vocabulary of 101"));
  EXPECT_THAT(message({-1}, {}), HasSubstr("ids holds -1"));
  EXPECT_THAT(message(std::vector<TokenId>(257), {}), HasSubstr("context of 256"));
  EXPECT_THAT(message({1}, {.max_tokens = 0}), HasSubstr("max-tokens is 0"));
  EXPECT_THAT(message({1}, {.temperature = -1}), HasSubstr("temperature is -1"));
}

TEST(TokenLogprobs, ManyChunksGiveTheWholeSoftmax) {
  const auto model = MakeTeacherModel(RandomTransformer(SmallConfig()));
  const std::int64_t rows = 2 * kLogitRows + 3;
  const at::Tensor hidden = at::randn({rows, 48}), targets = at::randint(0, 101, {rows}, at::kLong);
  const at::Tensor expected = model->Logits(hidden).log_softmax(1).gather(1, targets.unsqueeze(1)).squeeze(1);
  EXPECT_LT(LargestDifference(TokenLogprobs(*model, hidden, targets), expected), 1e-4);
}

}  // namespace
}  // namespace rad
