#include "worker/model/hybrid_decode.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/worker/hybrid/random_student.h"
#include "tests/worker/hybrid/reference_scan.h"
#include "worker/model/generate.h"

namespace rad {
namespace {

const std::vector<std::vector<int>> kKept = {{0, 1, 5}, {}, {0, 1, 2, 3, 4, 5}};

struct Feeds {
  const char* name;
  std::vector<std::int64_t> counts;
};
class DecodeTest : public testing::TestWithParam<std::tuple<Join, Feeds>> {};

TEST_P(DecodeTest, FeedingInPartsIsTheWholeForward) {
  const auto& [join, feeds] = GetParam();
  const SsmSize size{4, 5};  // the teacher's heads have 8
  const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, size, join));
  const at::Tensor ids = at::randint(SmallConfig().vocab, {2, 20}, at::kLong);
  at::NoGradGuard no_grad;
  const at::Tensor expected = model->Logits(model->HiddenStates(ids));
  const auto state = model->NewDecodeState(2, 20, at::kFloat);
  std::int64_t end = 0;
  for (const std::int64_t count : feeds.counts) {
    const at::Tensor logits = state->Feed(ids.slice(1, end, end + count));
    end += count;
    ASSERT_LT(RelativeError(logits, expected.select(1, end - 1)), 2e-5) << "after " << end << " tokens";
  }
  EXPECT_EQ(end, 20);
}

INSTANTIATE_TEST_SUITE_P(Parts, DecodeTest,
                         testing::Combine(testing::Values(Join::kReplace, Join::kAdapter, Join::kSum),
                                          testing::Values(Feeds{"Prompt", {20}},
                                                          Feeds{"PromptThenTokens", {17, 1, 1, 1}},
                                                          Feeds{"Tokens", std::vector<std::int64_t>(20, 1)},
                                                          Feeds{"Mixed", {1, 2, 1, 9, 7}})),
                         [](const auto& info) {
                           return std::string(JoinName(std::get<0>(info.param))) +
                                  std::get<1>(info.param).name;
                         });

// The prompt goes through the chunked scan, each new token through the recurrent step.
TEST(Generate, PromptAtOnceThenTokenByTokenIsTheArgmaxOfTheWholeForward) {
  const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, {4}));
  const at::NoGradGuard no_grad;
  std::vector<TokenId> ids;
  for (int i = 0; i < 140; ++i) ids.push_back((31 * i * i + i) % 101);  // longer than a chunk of the scan
  std::vector<TokenId> made;
  const absl::Status status = Generate(*model, ids, {.max_tokens = 12}, std::nullopt, [&](TokenId id) {
    made.push_back(id);
    return true;
  });
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(made.size(), 12u);
  for (const TokenId id : made) {
    const at::Tensor hidden = model->HiddenStates(at::tensor(ids).to(at::kLong).unsqueeze(0));
    EXPECT_EQ(model->Logits(hidden.select(1, hidden.size(1) - 1)).argmax().item<std::int64_t>(), id);
    ids.push_back(id);
  }
}

TEST(DecodeStateTest, MeasuredBytesAreThoseOfTheFormula) {
  const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, {4}));
  for (const std::int64_t context : {1, 128, 200}) {
    const auto bytes = model->NewDecodeState(1, context, at::kBFloat16)->MeasuredBytes();
    // P = 8, N = 4; layers keep 3, 0 and 6 heads in 2, 0 and 2 groups, and replace 3, 6 and 0.
    EXPECT_EQ(bytes.at("kv_cache"), (2 + 0 + 2) * 2 * 8 * context * 2);
    EXPECT_EQ(bytes.at("ssm_state"), (3 + 6 + 0) * 8 * 4 * 2);
    EXPECT_EQ(bytes.at("conv_state"), (3 + 6 + 0) * 3 * (8 + 2 * 4) * 2);
    std::int64_t total = 0;
    for (const auto& [kind, count] : bytes) total += count;
    EXPECT_EQ(total, model->DecodingBytesByFormula(context));
  }
}

TEST(DecodeStateTest, SsmHeadsOfTheirOwnHeadDimensionHaveStatesOfThatSize) {
  const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, {4, 5}));
  const auto bytes = model->NewDecodeState(1, 128, at::kBFloat16)->MeasuredBytes();
  EXPECT_EQ(bytes.at("kv_cache"), (2 + 0 + 2) * 2 * 8 * 128 * 2);
  EXPECT_EQ(bytes.at("ssm_state"), (3 + 6 + 0) * 5 * 4 * 2);
  EXPECT_EQ(bytes.at("kv_cache") + bytes.at("ssm_state") + bytes.at("conv_state"),
            model->DecodingBytesByFormula(128));
}

TEST(DecodeStateTest, WithTheOtherJoinsKeptHeadsHaveAnSsmStateToo) {
  for (const Join join : {Join::kAdapter, Join::kSum}) {
    const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, {4}, join));
    const auto bytes = model->NewDecodeState(1, 128, at::kBFloat16)->MeasuredBytes();
    EXPECT_EQ(bytes.at("kv_cache"), (2 + 0 + 2) * 2 * 8 * 128 * 2);
    EXPECT_EQ(bytes.at("ssm_state"), 3 * 6 * 8 * 4 * 2);
    EXPECT_EQ(bytes.at("kv_cache") + bytes.at("ssm_state") + bytes.at("conv_state"),
              model->DecodingBytesByFormula(128));
  }
}

TEST(DecodeStateTest, BytesDoNotGrowWhileDecoding) {
  const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, {4}));
  const auto state = model->NewDecodeState(1, 16, at::kBFloat16);
  const auto before = state->MeasuredBytes();
  for (int i = 0; i < 16; ++i) state->Feed(at::full({1, 1}, i, at::kLong));
  EXPECT_EQ(state->MeasuredBytes(), before);
}

TEST(DecodeStateTest, Bf16CacheStaysNearTheFloat32One) {
  const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, {4}));
  const at::Tensor ids = at::randint(SmallConfig().vocab, {1, 20}, at::kLong);
  const auto exact = model->NewDecodeState(1, 20, at::kFloat),
             rounded = model->NewDecodeState(1, 20, at::kBFloat16);
  for (std::int64_t t = 0; t < 20; ++t) {
    const at::Tensor id = ids.slice(1, t, t + 1), logits = exact->Feed(id);
    EXPECT_LT(RelativeError(rounded->Feed(id), logits), 0.1) << "token " << t;
  }
}

TEST(DecodeStateTest, RefusesMoreTokensThanItsContext) {
  const auto model = MakeHybridModel(RandomStudent(RandomTransformer(SmallConfig()), kKept, {4}));
  const auto state = model->NewDecodeState(1, 3, at::kFloat);
  state->Feed(at::zeros({1, 3}, at::kLong));
  EXPECT_THROW(state->Feed(at::zeros({1, 1}, at::kLong)), c10::Error);
}

}  // namespace
}  // namespace rad
