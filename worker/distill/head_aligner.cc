#include "worker/distill/head_aligner.h"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "worker/ablation/split_mix.h"
#include "worker/distill/init_heads.h"
#include "worker/distill/mixer_tensors.h"

namespace rad {
namespace {

constexpr double kLayersWithHeadsLeftOut = 0.5;
constexpr double kHeadsLeftOut = 0.4;

// [H*P] of ones, or with zeros for the heads left out; undefined for all ones. At least one head stays.
at::Tensor HeadMask(const Transformer& teacher, std::uint64_t seed, std::int64_t step, int layer) {
  const ModelConfig& config = teacher.config;
  SplitMix random({seed, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(layer)});
  if (step == 0 || random.Unit() >= kLayersWithHeadsLeftOut) return {};
  at::Tensor mask = at::ones({config.heads, config.head_dim}, teacher.dtype());
  for (std::int64_t head = 0; head < config.heads; ++head) {
    if (random.Unit() < kHeadsLeftOut) mask[head].zero_();
  }
  return mask.any().item<bool>() ? mask.view({-1}) : at::Tensor();
}

at::Tensor TokenNorms(const at::Tensor& x) {
  return at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/false, at::kFloat);
}

}  // namespace

HeadAligner::HeadAligner(const Transformer& teacher, const SsmSize& size, const BatchTensors& calibration,
                         std::optional<LayerShare> share)
    : HeadAligner(teacher, InitMixers(teacher, size, calibration, share), share) {}

HeadAligner::HeadAligner(const Transformer& teacher, std::vector<Mamba2Weights> mixers,
                         std::optional<LayerShare> share)
    : teacher_(teacher),
      share_(share.value_or(LayersOf(0, 1, static_cast<int>(teacher.config.layers)))),
      mixers_(std::move(mixers)) {
  for (std::size_t layer = 0; layer < mixers_.size(); ++layer) {
    const std::vector<NamedTensor> tensors = MixerTensors(static_cast<int>(layer), mixers_[layer]);
    for (const NamedTensor& named : tensors) at::Tensor(named.tensor).set_requires_grad(true);
    optimizers_.emplace_back(tensors, AdamWOptions{});
  }
}

AlignStep HeadAligner::Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed,
                            std::int64_t step) {
  AlignStep result;
  int whole_layers = 0;
  WalkTeacher(teacher_, batch, share_.end, [&](const LayerView& view) {
    if (!share_.Has(view.layer)) return;
    const auto layer = static_cast<std::size_t>(view.layer);
    const Mamba2Weights& mixer = mixers_[layer];
    at::Tensor difference = AsTeacherHeads(mixer, Mamba2Heads(mixer, view.normed, batch.reset)) - view.heads;
    const at::Tensor mask = HeadMask(teacher_, seed, step, view.layer);
    if (mask.defined()) difference = difference * mask;
    const at::Tensor norms = TokenNorms(at::linear(difference, teacher_.layers[layer].attention.o));
    const at::Tensor loss = norms.mean();
    loss.backward();
    if (!std::isfinite(optimizers_[layer].Step(learning_rate))) ++result.skipped_layers;
    const double value = loss.item<double>();
    result.loss += value / static_cast<double>(share_.end - share_.begin);
    if (mask.defined()) return;
    ++whole_layers;
    result.relative_error += value / (TokenNorms(view.output).mean().item<double>() + 1e-12);
  });
  result.relative_error /= std::max(whole_layers, 1);
  return result;
}

std::vector<NamedTensor> HeadAligner::Weights() const {
  std::vector<NamedTensor> all;
  for (std::size_t layer = 0; layer < mixers_.size(); ++layer) {
    for (NamedTensor& named : MixerTensors(static_cast<int>(layer), mixers_[layer]))
      all.push_back(std::move(named));
  }
  return all;
}

std::vector<NamedTensor> HeadAligner::StateOf(LayerShare layers) const {
  std::vector<NamedTensor> all;
  for (int layer = layers.begin; layer < layers.end; ++layer) {
    const AdamW& optimizer = optimizers_[static_cast<std::size_t>(layer)];
    for (const NamedTensor& named : optimizer.parameters()) all.push_back(named);
    for (NamedTensor& named : optimizer.State(absl::StrCat("layers.", layer)))
      all.push_back(std::move(named));
  }
  return all;
}

}  // namespace rad
