#include "worker/model/trained_linear.h"

#include <torch/csrc/autograd/custom_function.h>

#include <optional>

namespace rad {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

class TrainedLinearFunction : public torch::autograd::Function<TrainedLinearFunction> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                          const std::optional<at::Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["has_bias"] = bias.has_value();
    const at::ScalarType dtype = x.scalar_type();
    return at::linear(x, weight.to(dtype), bias ? bias->to(dtype) : at::Tensor());
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &grad = grads[0];
    const at::Tensor grad_rows = grad.reshape({-1, grad.size(-1)});
    const at::Tensor x_rows = x.reshape({-1, x.size(-1)});
    at::Tensor grad_x, grad_bias;
    if (context->needs_input_grad(0)) grad_x = at::matmul(grad, weight.to(grad.scalar_type()));
    if (context->saved_data["has_bias"].toBool()) grad_bias = grad_rows.sum(0).to(weight.scalar_type());
    return {grad_x, at::mm(grad_rows.t(), x_rows).to(weight.scalar_type()), grad_bias};
  }
};

}  // namespace

at::Tensor TrainedLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return TrainedLinearFunction::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

}  // namespace rad
