// The real teacher's forward pass against values from Hugging Face transformers.
#include <ATen/ATen.h>

#include <chrono>
#include <cmath>

#include "gtest/gtest.h"
#include "tests/worker/transformer/smollm2.h"
#include "worker/model/model_file.h"
#include "worker/model/transformer.h"

namespace rad {
namespace {

at::Tensor Ids(const nlohmann::json& list) {
  return at::tensor(list.get<std::vector<std::int64_t>>(), at::kLong).unsqueeze(0);
}

absl::StatusOr<Transformer> LoadSmolLm2(at::ScalarType dtype) {
  const auto file = OpenModelFile(SmolLm2Path());
  if (!file.ok()) return file.status();
  return LoadTransformer(**file, dtype);
}

double MeanNll(const at::Tensor& logits, const at::Tensor& ids) {
  const std::int64_t n = ids.size(1);
  const at::Tensor logprob = logits.narrow(1, 0, n - 1).to(at::kDouble).log_softmax(-1);
  return -logprob.gather(2, ids.narrow(1, 1, n - 1).unsqueeze(2)).mean().item<double>();
}

void Compare(const Transformer& model, double logit_tolerance, double nll_tolerance) {
  const c10::InferenceMode inference;
  for (const auto& prompt : TeacherReference("smollm2_forward.json")["prompts"]) {
    const at::Tensor ids = Ids(prompt["ids"]);
    const at::Tensor logits = Logits(model, HiddenStates(model, ids));
    const at::Tensor last = logits[0][-1].to(at::kDouble);
    for (const auto& entry : prompt["top20"]) {
      EXPECT_NEAR(last[entry[0].get<int>()].item<double>(), entry[1].get<double>(), logit_tolerance) << entry;
    }
    EXPECT_NEAR(last.logsumexp(0).item<double>(), prompt["logsumexp_last"].get<double>(), logit_tolerance);
    EXPECT_NEAR(MeanNll(logits, ids), prompt["mean_nll"].get<double>(), nll_tolerance);
  }
}

TEST(SmolLm2, Float32AgreesWithTheReference) {
  RAD_REQUIRE_SMOLLM2();
  const auto model = LoadSmolLm2(at::kFloat);
  ASSERT_TRUE(model.ok()) << model.status();
  Compare(*model, 1e-3, 1e-4);
}

TEST(SmolLm2, Bfloat16AgreesWithTheReference) {
  RAD_REQUIRE_SMOLLM2();
  const auto model = LoadSmolLm2(at::kBFloat16);
  ASSERT_TRUE(model.ok()) << model.status();
  Compare(*model, 0.6, 0.05);
}

TEST(SmolLm2, ResidualStreamAgreesAfterEveryLayer) {
  RAD_REQUIRE_SMOLLM2();
  const c10::InferenceMode inference;
  const auto model = LoadSmolLm2(at::kFloat);
  ASSERT_TRUE(model.ok()) << model.status();
  const auto check = [](const at::Tensor& stream, const nlohmann::json& state, int after) {
    const at::Tensor last = stream[0][-1].to(at::kDouble);
    const double norm = state["norm"].get<double>();
    EXPECT_NEAR(last.norm().item<double>(), norm, 1e-4 * norm) << "layers done: " << after;
    for (int i = 0; i < 6; ++i) {
      EXPECT_NEAR(last[i].item<double>(), state["first6"][i].get<double>(), 1e-4 * norm)
          << "layers done: " << after;
    }
  };
  for (const auto& prompt : TeacherReference("smollm2_forward.json")["prompts"]) {
    const at::Tensor ids = Ids(prompt["ids"]);
    const auto& states = prompt["last_position_states"];
    const Rope rope = MakeRope(model->config, 0, ids.size(1));
    at::Tensor x = Embed(*model, ids);
    for (int layer = 0; layer < model->config.layers; ++layer) {
      check(x, states[layer], layer);
      x = LayerForward(*model, layer, x, rope);
    }
    check(Normed(*model, x, model->final_norm), states[model->config.layers], model->config.layers);
  }
}

}  // namespace
}  // namespace rad
