#include "worker/distill/kd_loss.h"
#include "worker/tools/selftest/kinds.h"

namespace rad {
namespace {

constexpr double kTolerance = 1e-6;
// Equal logits, or no token kept: the gradient is 0 but for rounding.
constexpr ZeroRule kZero{1e-12, 1e-7};

}  // namespace

std::vector<Check> CheckKdLoss(const SelftestCase& test) {
  const KdTemperature temperature{test.settings.value("tau_student", 1.0),
                                  test.settings.value("tau_teacher", 1.0)};
  const at::Tensor keep = test.At("keep").to(at::kFloat);
  const at::Tensor weight = keep / keep.sum().clamp_min(1);
  const at::Tensor teacher = test.At("teacher").to(at::kFloat);
  at::Tensor gradient = test.At("student").to(at::kFloat).clone();
  const at::Tensor per_token = KdLossInPlace(gradient, teacher.clone(), weight, temperature);

  Checks checks(test.name, kTolerance, kZero);
  const auto add = [&](const char* quantity, const at::Tensor& value) {
    if (test.Has(quantity)) checks.Add(quantity, value, test.At(quantity));
  };
  add("loss", (per_token.to(at::kDouble) * weight).sum().reshape({1}));
  add("loss_per_token", per_token);
  add("grad_student", gradient);
  return checks.all();
}

}  // namespace rad
