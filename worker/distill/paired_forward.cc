#include "worker/distill/paired_forward.h"

#include <ATen/core/grad_mode.h>

#include "worker/distill/recomputed_layer.h"

namespace rad {
namespace {

constexpr double kLeastSquare = 1e-12;  // of a teacher's stream, which is never zero

at::Tensor RelativeDistance(const at::Tensor& student, const at::Tensor& teacher) {
  const at::Tensor square = teacher.square().sum(-1).add_(kLeastSquare);
  return ((student - teacher).square().sum(-1) / square).sum();
}

}  // namespace

PairedForward RunPaired(const Transformer& teacher, const HybridStudent& student, const BatchTensors& batch,
                        const PairedForwardOptions& options) {
  const ModelConfig& config = teacher.config;
  const Rope rope = MakeRope(config, 0, batch.ids.size(1));
  const auto of_teacher = [](auto compute) {
    const at::NoGradGuard no_grad;
    return compute();
  };
  const auto of_student = [&](int layer, const at::Tensor& x) {
    return options.recompute ? RecomputedLayer(student, layer, x, rope, batch.document)
                             : LayerForward(student, layer, x, rope, batch.document);
  };
  at::Tensor wanted = of_teacher([&] { return Embed(teacher, batch.ids); });
  at::Tensor x = Embed(student.base, batch.ids), distance;
  for (int layer = 0; layer < config.layers; ++layer) {
    wanted = of_teacher([&] { return LayerForward(teacher, layer, wanted, rope, batch.document); });
    x = of_student(layer, x);
    if (!options.hidden_distance) continue;
    const at::Tensor here = RelativeDistance(x, wanted) / static_cast<double>(config.layers);
    distance = distance.defined() ? distance + here : here;
  }
  return {Normed(student.base, x, student.base.final_norm),
          of_teacher([&] { return Normed(teacher, wanted, teacher.final_norm); }), distance};
}

}  // namespace rad
