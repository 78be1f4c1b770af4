#include "worker/model/join_heads.h"
#include "worker/tools/selftest/kinds.h"

namespace rad {
namespace {

constexpr double kTolerance = 1e-5;

}  // namespace

std::vector<Check> CheckAdapter(const SelftestCase& test) {
  HybridLayer layer;
  layer.o = test.At("o").to(at::kFloat);
  layer.adapter = test.At("adapter.weight").to(at::kFloat);
  layer.adapter_bias = test.At("adapter.bias").to(at::kFloat);
  const at::Tensor attention = test.At("attention").to(at::kFloat), ssm = test.At("ssm").to(at::kFloat);
  Checks checks(test.name, kTolerance, {});
  checks.Add("output", JoinHeads(layer, attention, ssm), test.At("output"));
  std::vector<at::Tensor> steps;
  for (std::int64_t t = 0; t < ssm.size(1); ++t)
    steps.push_back(JoinHeads(layer, attention.slice(1, t, t + 1), ssm.slice(1, t, t + 1)));
  checks.Add("output_step", at::cat(steps, 1), test.At("output"));
  return checks.all();
}

}  // namespace rad
