#include "worker/distill/teacher_walk.h"

#include <ATen/core/grad_mode.h>

namespace rad {

void WalkTeacher(const Transformer& teacher, const BatchTensors& batch, std::int64_t end_layer,
                 const std::function<void(const LayerView&)>& visit) {
  const ModelConfig& config = teacher.config;
  // Not inference mode: its tensors cannot be saved for a student's backward pass.
  const auto without_gradient = [](auto compute) {
    const at::NoGradGuard guard;
    return compute();
  };
  const Rope rope = MakeRope(config, 0, batch.ids.size(1));
  at::Tensor x = Embed(teacher, batch.ids);
  for (int layer = 0; layer < end_layer; ++layer) {
    const LayerWeights& w = teacher.layers[static_cast<std::size_t>(layer)];
    const LayerView view = without_gradient([&] {
      const at::Tensor normed = Normed(teacher, x, w.input_norm);
      const Qkv qkv = ProjectQkv(config, w.attention, normed, rope);
      const at::Tensor heads = HeadOutputs(config, qkv, batch.document);
      return LayerView{layer, normed, heads, at::linear(heads, w.attention.o)};
    });
    visit(view);
    if (layer + 1 == end_layer) break;
    x = without_gradient([&] {
      const at::Tensor mixed = x + view.output;
      return AfterMlp(teacher, w, mixed);
    });
  }
}

}  // namespace rad
