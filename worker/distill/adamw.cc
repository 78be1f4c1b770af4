#include "worker/distill/adamw.h"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rad {

AdamW::AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options)
    : parameters_(std::move(parameters)), step_(at::zeros({}, at::kFloat)), options_(options) {
  for (const NamedTensor& parameter : parameters_) {
    TORCH_CHECK(parameter.tensor.requires_grad() && parameter.tensor.scalar_type() == at::kFloat,
                parameter.name, " is not a float32 parameter");
    values_.push_back(parameter.tensor);
    exp_avg_.push_back(at::zeros_like(parameter.tensor, at::TensorOptions().requires_grad(false)));
    exp_avg_sq_.push_back(at::zeros_like(exp_avg_.back()));
  }
}

double AdamW::Step(double learning_rate) {
  at::NoGradGuard no_grad;
  // A parameter that this step did not touch has no gradient; its moments decay as if it were zero.
  std::vector<at::Tensor> gradients;
  for (at::Tensor& value : values_) {
    gradients.push_back(value.grad().defined() ? value.grad() : at::zeros_like(value));
    value.mutable_grad().reset();
  }
  std::vector<at::Tensor> norms = at::_foreach_norm(gradients);
  const double norm = at::stack(norms).to(at::kDouble).norm().item<double>();
  if (!std::isfinite(norm)) return norm;
  step_.add_(1);
  const std::vector<at::Tensor> steps(values_.size(), step_);
  // The kernel divides every gradient by grad_scale: clipping without a pass of its own.
  const at::Tensor scale =
      at::scalar_tensor(std::max(1.0, norm / options_.max_gradient_norm), at::TensorOptions(at::kFloat));
  at::_fused_adamw_(values_, gradients, exp_avg_, exp_avg_sq_, {}, steps, learning_rate, options_.beta1,
                    options_.beta2, options_.weight_decay, options_.eps, /*amsgrad=*/false,
                    /*maximize=*/false, scale);
  return norm;
}

std::vector<NamedTensor> AdamW::State(const std::string& prefix) const {
  std::vector<NamedTensor> state{{prefix + ".step", step_}};
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    state.push_back({parameters_[i].name + ".exp_avg", exp_avg_[i]});
    state.push_back({parameters_[i].name + ".exp_avg_sq", exp_avg_sq_[i]});
  }
  return state;
}

std::vector<NamedTensor> StateByLayer(const std::vector<AdamW>& optimizers) {
  std::vector<NamedTensor> all;
  for (std::size_t layer = 0; layer < optimizers.size(); ++layer) {
    for (NamedTensor& named : optimizers[layer].State(absl::StrCat("layers.", layer)))
      all.push_back(std::move(named));
  }
  return all;
}

}  // namespace rad
