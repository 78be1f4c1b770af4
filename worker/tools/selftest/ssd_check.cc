#include <ATen/core/grad_mode.h>

#include <limits>

#include "worker/model/ssd.h"
#include "worker/tools/selftest/kinds.h"

namespace rad {
namespace {

constexpr double kTolerance = 5e-6;
// With a decay of e^-40 the decay's gradient is about 1e-17: no digit of it matters.
constexpr ZeroRule kZero{1e-12, 1e-12};

at::Tensor Leaf(const SelftestCase& test, const char* name) {
  return test.Has(name) ? test.At(name).to(at::kFloat).clone().requires_grad_() : at::Tensor();
}

SsdInput Inputs(const SelftestCase& test) {
  SsdInput in{Leaf(test, "x"), Leaf(test, "B"), Leaf(test, "C"), Leaf(test, "log_a"), Leaf(test, "D")};
  in.init_state = Leaf(test, "init_state");
  if (test.Has("reset")) in.reset = test.At("reset").to(at::kBool);
  return in;
}

// y of the recurrent step, token by token; `state` ends as the final state.
at::Tensor StepThrough(const SsdInput& in, at::Tensor& state) {
  const at::NoGradGuard no_grad;
  at::Tensor log_a = in.log_a;
  if (in.reset.defined()) {
    log_a = log_a.masked_fill(in.reset.unsqueeze(2), -std::numeric_limits<float>::infinity());
  }
  const std::int64_t b = in.x.size(0), h = in.x.size(2), N = in.B.size(3), P = in.x.size(3);
  state = in.init_state.defined() ? in.init_state.detach().clone() : at::zeros({b, h, N, P});
  std::vector<at::Tensor> y;
  for (std::int64_t t = 0; t < in.x.size(1); ++t) {
    y.push_back(
        SsdStep(in.x.select(1, t), in.B.select(1, t), in.C.select(1, t), log_a.select(1, t), in.D, state));
  }
  return at::stack(y, 1);
}

}  // namespace

std::vector<Check> CheckSsd(const SelftestCase& test) {
  const SsdInput in = Inputs(test);
  Checks checks(test.name, kTolerance, kZero);
  const auto add = [&](const char* quantity, const char* reference, const at::Tensor& value) {
    if (test.Has(reference)) checks.Add(quantity, value, test.At(reference));
  };
  const SsdOutput out = Ssd(in, /*want_final_state=*/true);
  add("y", "y", out.y);
  add("final_state", "final_state", out.final_state);
  if (test.Has("dy")) {
    (out.y * test.At("dy")).sum().backward();
    const auto gradient = [&](const char* name, const at::Tensor& leaf) {
      if (leaf.defined()) add(name, name, leaf.grad());
    };
    gradient("grad_x", in.x);
    gradient("grad_B", in.B);
    gradient("grad_C", in.C);
    gradient("grad_log_a", in.log_a);
    gradient("grad_D", in.D);
    gradient("grad_init_state", in.init_state);
  }
  at::Tensor state;
  add("y_step", "y", StepThrough(in, state));
  add("final_state_step", "final_state", state);
  return checks.all();
}

}  // namespace rad
