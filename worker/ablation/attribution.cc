#include "worker/ablation/attribution.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "absl/status/status.h"
#include "worker/ablation/all_heads.h"
#include "worker/ablation/answer_batch.h"
#include "worker/ablation/answer_forward.h"
#include "worker/ablation/score_heads.h"

namespace rad {
namespace {

// The log-probabilities of all answers of the batch, summed, and every layer's head outputs [E, t, H*P] on
// the way to it.
struct Traced {
  at::Tensor logprob;
  std::vector<at::Tensor> outputs;
};

Traced Trace(const Transformer& model, const AnswerBatch& batch) {
  const ModelConfig& config = model.config;
  const Rope rope = MakeRope(config, 0, batch.ids.size(1));
  Traced traced;
  at::Tensor x = Embed(model, batch.ids).set_requires_grad(true);
  for (const LayerWeights& w : model.layers) {
    traced.outputs.push_back(
        HeadOutputs(config, ProjectQkv(config, w.attention, Normed(model, x, w.input_norm), rope)));
    x = x + at::linear(traced.outputs.back(), w.attention.o);
    x = AfterMlp(model, w, x);
  }
  const at::Tensor logits = RowLogits(model, RowsAt(x, batch.positions)).to(at::kFloat);
  const at::Tensor chosen = at::log_softmax(logits, 1).gather(1, batch.targets.reshape({-1, 1}));
  const at::Tensor lengths = at::tensor(batch.answer_lens, at::kLong).unsqueeze(1);
  const at::Tensor counts = at::arange(batch.targets.size(1)).lt(lengths);  // shorter answers repeat a row
  traced.logprob = (chosen.view(counts.sizes()) * counts).sum();
  return traced;
}

}  // namespace

absl::StatusOr<std::vector<std::pair<HeadId, double>>> AttributeHeads(
    const Transformer& model, std::span<const ProbeExample> examples) {
  if (examples.empty()) return absl::InvalidArgumentError("attribution needs at least one example");
  const ModelConfig& config = model.config;
  const at::AutoGradMode gradients(true);
  at::Tensor drops = at::zeros({config.layers, config.heads}, at::kDouble);
  for (const AnswerBatch& batch : MakeAnswerBatches(examples, kScoreBatchTokens)) {
    const Traced traced = Trace(model, batch);
    const auto grads = torch::autograd::grad({traced.logprob}, traced.outputs);
    const at::NoGradGuard no_grad;
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
      const auto at = static_cast<std::size_t>(layer);
      const at::Tensor products = grads[at].to(at::kFloat) * traced.outputs[at].to(at::kFloat);
      drops[layer] += products.unflatten(2, {config.heads, config.head_dim}).sum({0, 1, 3}).to(at::kDouble);
    }
  }
  drops /= static_cast<double>(examples.size());
  std::vector<std::pair<HeadId, double>> all;
  for (const HeadId& id : AllHeads(config)) all.emplace_back(id, drops[id.layer][id.head].item<double>());
  return all;
}

}  // namespace rad
