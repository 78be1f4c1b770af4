#include "worker/distill/recomputed_layer.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace rad {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What is to be computed twice, but for the layer's input.
struct LayerCall final : torch::CustomClassHolder {
  LayerCall(const HybridStudent& of, int index, Rope angles, at::Tensor documents)
      : student(of), layer(index), rope(std::move(angles)), document(std::move(documents)) {}

  // With a graph both times: without one other kernels would run, to other last bits.
  at::Tensor Run(const at::Tensor& x) const {
    const at::AutoGradMode with_graph(true);
    return LayerForward(student, layer, x, rope, document);
  }

  const HybridStudent& student;
  const int layer;
  const Rope rope;
  const at::Tensor document;
};

struct RecomputedFunction : torch::autograd::Function<RecomputedFunction> {
  // `anchor` requires a gradient, so that there is a backward pass for the layer's weights also where x, the
  // embedding, requires none.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& /*anchor*/,
                            const c10::intrusive_ptr<LayerCall>& call) {
    context->save_for_backward({x});
    context->saved_data["requires_grad"] = x.requires_grad();
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    return call->Run(x.detach().set_requires_grad(x.requires_grad())).detach();
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto capsule = context->saved_data["call"].toCapsule();
    const auto& call = static_cast<const LayerCall&>(*capsule);
    const at::Tensor x = context->get_saved_variables()[0].detach().set_requires_grad(
        context->saved_data["requires_grad"].toBool());
    torch::autograd::backward({call.Run(x)},
                              {outer[0]});  // the weights' gradients are added where they belong
    return {x.grad(), {}, {}};
  }
};

}  // namespace

at::Tensor RecomputedLayer(const HybridStudent& student, int layer, const at::Tensor& x, const Rope& rope,
                           const at::Tensor& document) {
  const at::Tensor anchor = at::zeros({}).set_requires_grad(true);
  return RecomputedFunction::apply(x, anchor, c10::make_intrusive<LayerCall>(student, layer, rope, document));
}

}  // namespace rad
