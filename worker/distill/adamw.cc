#include "worker/distill/adamw.h"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rad {

bool IsDecayed(const NamedTensor& parameter) {
  return parameter.tensor.dim() == 2 && !absl::StrContains(parameter.name, ".conv1d.");
}

AdamW::AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options, std::vector<bool> owned)
    : parameters_(std::move(parameters)), step_(at::zeros({}, at::kFloat)), options_(options) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const NamedTensor& parameter = parameters_[i];
    TORCH_CHECK(parameter.tensor.requires_grad() && parameter.tensor.scalar_type() == at::kFloat,
                parameter.name, " is not a float32 parameter");
    values_.push_back(parameter.tensor);
    exp_avg_.emplace_back();
    exp_avg_sq_.emplace_back();
    if (!owned.empty() && !owned[i]) continue;
    (IsDecayed(parameter) ? decayed_ : plain_).push_back(i);
    exp_avg_.back() = at::zeros_like(parameter.tensor, at::TensorOptions().requires_grad(false));
    exp_avg_sq_.back() = at::zeros_like(exp_avg_.back());
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
  // The kernel divides every gradient by grad_scale: clipping without a pass of its own.
  const at::Tensor scale =
      at::scalar_tensor(std::max(1.0, norm / options_.max_gradient_norm), at::TensorOptions(at::kFloat));
  Update(decayed_, options_.weight_decay, gradients, learning_rate, scale);
  Update(plain_, 0, gradients, learning_rate, scale);
  return norm;
}

void AdamW::Update(const std::vector<std::size_t>& parameters, double weight_decay,
                   const std::vector<at::Tensor>& gradients, double learning_rate, const at::Tensor& scale) {
  if (parameters.empty()) return;
  const auto of = [&](const std::vector<at::Tensor>& all) {
    std::vector<at::Tensor> some;
    for (const std::size_t i : parameters) some.push_back(all[i]);
    return some;
  };
  const std::vector<at::Tensor> steps(parameters.size(), step_);
  at::_fused_adamw_(of(values_), of(gradients), of(exp_avg_), of(exp_avg_sq_), {}, steps, learning_rate,
                    options_.beta1, options_.beta2, weight_decay, options_.eps, /*amsgrad=*/false,
                    /*maximize=*/false, scale);
}

std::vector<NamedTensor> AdamW::Moments() const {
  std::vector<NamedTensor> moments;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!exp_avg_[i].defined()) continue;
    moments.push_back({parameters_[i].name + kMomentNames[0], exp_avg_[i]});
    moments.push_back({parameters_[i].name + kMomentNames[1], exp_avg_sq_[i]});
  }
  return moments;
}

std::vector<NamedTensor> AdamW::State(const std::string& prefix) const {
  std::vector<NamedTensor> state{{prefix + ".step", step_}};
  for (NamedTensor& moment : Moments()) state.push_back(std::move(moment));
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
