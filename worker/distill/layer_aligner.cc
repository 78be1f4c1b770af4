#include "worker/distill/layer_aligner.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rad {
namespace {

std::vector<NamedTensor> TensorsOfLayer(const std::vector<NamedTensor>& all, std::size_t layer) {
  std::vector<NamedTensor> some;
  for (const NamedTensor& named : all) {
    if (absl::StartsWith(named.name, absl::StrCat("layers.", layer, "."))) some.push_back(named);
  }
  return some;
}

at::Tensor MeanNorm(const at::Tensor& x) {
  return at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/false, at::kFloat).mean();
}

}  // namespace

LayerAligner::LayerAligner(const Transformer& teacher, HybridStudent student)
    : teacher_(teacher), student_(std::move(student)) {
  const std::vector<NamedTensor> all = TrainedTensors(student_);
  for (const NamedTensor& named : all) at::Tensor(named.tensor).set_requires_grad(true);
  for (std::size_t layer = 0; layer < student_.layers.size(); ++layer)
    optimizers_.emplace_back(TensorsOfLayer(all, layer), AdamWOptions{});
}

AlignStep LayerAligner::Step(const BatchTensors& batch, double learning_rate, std::uint64_t /*seed*/,
                             std::int64_t /*step*/) {
  AlignStep result;
  const Rope rope = MakeRope(teacher_.config, 0, batch.ids.size(1));
  const auto layers = static_cast<double>(student_.layers.size());
  at::Tensor x = Embed(teacher_, batch.ids);
  for (int layer = 0; layer < teacher_.config.layers; ++layer) {
    at::Tensor wanted;
    {
      const at::NoGradGuard no_grad;
      wanted = LayerForward(teacher_, layer, x, rope, batch.document);
    }
    const at::Tensor loss = MeanNorm(LayerForward(student_, layer, x, rope, batch.document) - wanted);
    loss.backward();
    if (!std::isfinite(optimizers_[static_cast<std::size_t>(layer)].Step(learning_rate)))
      ++result.skipped_layers;
    const double value = loss.item<double>();
    result.loss += value / layers;
    result.relative_error += value / (MeanNorm(wanted - x).item<double>() + 1e-12) / layers;
    x = wanted;
  }
  return result;
}

}  // namespace rad
