#include "worker/tools/selftest/check.h"

#include <limits>

namespace rad {

void Checks::Add(const std::string& quantity, const at::Tensor& value, const at::Tensor& reference) {
  Check check{case_name_, quantity, std::numeric_limits<double>::infinity(), tolerance_};
  if (value.sizes() == reference.sizes()) {
    const at::Tensor exact = reference.detach().to(at::kDouble);
    const double error = (value.detach().to(at::kDouble) - exact).abs().max().item<double>();
    const double scale = exact.abs().max().item<double>();
    check.absolute = scale <= zero_.below;
    check.rel_error = check.absolute ? error : error / scale;
    if (check.absolute) check.tolerance = zero_.tolerance;
  }
  checks_.push_back(check);
}

}  // namespace rad
