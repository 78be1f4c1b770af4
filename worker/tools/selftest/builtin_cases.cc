#include "worker/tools/selftest/builtin_cases.h"

#include <cmath>

#include "kernels/kd_loss.h"
#include "kernels/ssd_scan.h"

namespace rad {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

const double* Data(const Tensors& tensors, const char* name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : found->second.const_data_ptr<double>();
}

// Runs the recurrence on inputs in double and adds its results.
void AddScanResults(Tensors& t) {
  for (auto& [name, input] : t) input = input.contiguous();
  const at::Tensor& x = t.at("x");
  const kernels::SsdShape shape{x.size(0), x.size(1), x.size(2), x.size(3), t.at("B").size(3)};
  const auto reset = t.find("reset");
  const kernels::SsdArguments<double> in{
      Data(t, "x"),         Data(t, "B"),
      Data(t, "C"),         Data(t, "log_a"),
      Data(t, "D"),         reset == t.end() ? nullptr : reset->second.const_data_ptr<std::uint8_t>(),
      Data(t, "init_state")};
  const auto result = [&](const char* name, at::IntArrayRef sizes) {
    return (t[name] = at::empty(sizes, at::kDouble)).mutable_data_ptr<double>();
  };
  const std::vector<std::int64_t> state = {shape.b, shape.h, shape.N, shape.P};
  double* y = result("y", x.sizes());
  double* final_state = result("final_state", state);
  kernels::SsdScan(shape, in, y, final_state);
  const kernels::SsdGradients<double> grads{
      result("grad_x", x.sizes()),         result("grad_B", t.at("B").sizes()),
      result("grad_C", t.at("B").sizes()), result("grad_log_a", t.at("log_a").sizes()),
      result("grad_D", t.at("D").sizes()), result("grad_init_state", state)};
  kernels::SsdScanBackward<double>(shape, in, Data(t, "dy"), nullptr, grads);
}

SelftestCase ScanCase(const char* name, std::int64_t l, std::int64_t N, double decay_scale, bool packed) {
  const std::int64_t b = 2, h = 3, P = 16;
  Tensors t;
  // Numbers that float32 holds exactly, so that both sides compute from the same inputs.
  const auto random = [](at::IntArrayRef sizes) { return at::randn(sizes).to(at::kDouble); };
  t["x"] = random({b, l, h, P});
  t["dy"] = random({b, l, h, P});
  t["B"] = random({b, l, h, N});
  t["C"] = random({b, l, h, N});
  t["log_a"] = at::log_sigmoid(at::randn({b, l, h}) * decay_scale).to(at::kDouble);
  t["D"] = random({h});
  t["init_state"] = random({b, h, N, P});
  if (packed) t["reset"] = at::rand({b, l}).lt(0.1).to(at::kByte);
  AddScanResults(t);
  return {name, std::move(t), nlohmann::json::object()};
}

// One head's worth of a layer's formulas after the other, in double and token by token.
at::Tensor PlainMixer(const Tensors& t, std::int64_t h, std::int64_t P, std::int64_t N) {
  const auto wide = [&](const char* name) { return t.at(name).to(at::kDouble); };
  const at::Tensor u = wide("u");
  const std::int64_t b = u.size(0), l = u.size(1), channels = h * (P + 2 * N);
  const at::Tensor projected = at::matmul(u, wide("param.in_proj.weight").t());
  const at::Tensor before = at::constant_pad_nd(projected.slice(2, 0, channels), {0, 0, 3, 0});
  at::Tensor convolved = wide("param.conv1d.bias").expand({b, l, channels}).clone();
  for (std::int64_t tap = 0; tap < 4; ++tap) {
    convolved += before.slice(1, tap, tap + l) * wide("param.conv1d.weight").select(2, tap).squeeze(1);
  }
  Tensors scan;
  scan["x"] = convolved.slice(2, 0, h * P).reshape({b, l, h, P});
  scan["B"] = convolved.slice(2, h * P, h * (P + N)).reshape({b, l, h, N});
  scan["C"] = convolved.slice(2, h * (P + N), channels).reshape({b, l, h, N});
  scan["log_a"] = at::log_sigmoid(-projected.slice(2, channels + h * P)).contiguous();
  scan["D"] = wide("param.D");
  scan["dy"] = at::zeros_like(scan["x"]);
  AddScanResults(scan);
  const at::Tensor z = projected.slice(2, channels, channels + h * P) + wide("param.z_bias");
  const at::Tensor gated = scan["y"].reshape({b, l, h * P}) * z * at::sigmoid(z);
  return at::matmul(gated, wide("param.out_proj.weight").t());
}

SelftestCase MixerCase() {
  const std::int64_t d = 24, h = 3, P = 8, N = 4, channels = h * (P + 2 * N);
  Tensors t;
  t["u"] = at::randn({2, 40, d});
  t["param.in_proj.weight"] = at::randn({channels + h * P + h, d}) * 0.3;
  t["param.conv1d.weight"] = at::randn({channels, 1, 4}) * 0.5;
  t["param.conv1d.bias"] = at::randn({channels}) * 0.1;
  t["param.z_bias"] = at::randn({h * P});
  t["param.D"] = at::randn({h});
  t["param.out_proj.weight"] = at::randn({d, h * P}) * 0.3;
  t["output"] = t["output_step"] = PlainMixer(t, h, P, N);
  return {"builtin_mixer", std::move(t), {{"heads", h}, {"P", P}, {"N", N}}};
}

// The join's formulas in double, number by number.
double Mean(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

double Deviation(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += (value - Mean(x)) * (value - Mean(x));
  return std::sqrt(sum / static_cast<double>(x.size()));
}

std::vector<double> Product(const at::Tensor& matrix, const std::vector<double>& x,
                            std::int64_t first_column) {
  std::vector<double> y;
  for (std::int64_t row = 0; row < matrix.size(0); ++row) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      sum += matrix[row][first_column + static_cast<std::int64_t>(i)].item<double>() * x[i];
    y.push_back(sum);
  }
  return y;
}

std::vector<double> Numbers(const at::Tensor& row) {
  const at::Tensor wide = row.to(at::kDouble).contiguous();
  return {wide.const_data_ptr<double>(), wide.const_data_ptr<double>() + wide.numel()};
}

SelftestCase AdapterCase() {
  const std::int64_t d = 24, kept = 16, ssm = 32, l = 12;
  Tensors t;
  t["attention"] = at::randn({2, l, kept});
  t["ssm"] = at::randn({2, l, ssm});
  t["o"] = at::randn({d, kept + ssm}) * 0.3;
  t["adapter.weight"] = at::randn({d, d}) * 0.3;
  t["adapter.bias"] = at::randn({d});
  t["output"] = at::empty({2, l, d}, at::kDouble);
  for (std::int64_t token = 0; token < 2 * l; ++token) {
    const auto row = [&](const char* name) { return Numbers(t.at(name).flatten(0, 1)[token]); };
    const std::vector<double> s = Product(t.at("o"), row("ssm"), kept);
    std::vector<double> matched = Product(t.at("o"), row("attention"), 0);
    const double mean = Mean(matched), deviation = Deviation(matched);
    for (double& value : matched) value = (value - mean) / deviation * Deviation(s) + Mean(s);
    const std::vector<double> adapted = Product(t.at("adapter.weight"), matched, 0);
    for (std::int64_t i = 0; i < d; ++i) {
      const auto at_i = static_cast<std::size_t>(i);
      const double bias = t.at("adapter.bias")[i].item<double>();
      t["output"].flatten(0, 1)[token][i] = (s[at_i] + adapted[at_i] + bias) / 2;
    }
  }
  return {"builtin_adapter", std::move(t), nlohmann::json::object()};
}

SelftestCase KdCase(const char* name, double tau) {
  const std::int64_t tokens = 20, vocab = 300;
  Tensors t;
  t["teacher"] = at::randn({tokens, vocab}) * 4;
  t["student"] = at::randn({tokens, vocab}) * 4;
  t["keep"] = at::rand({tokens}).lt(0.7).to(at::kByte);
  t["loss"] = at::empty({1}, at::kDouble);
  t["loss_per_token"] = at::empty({tokens}, at::kDouble);
  t["grad_student"] = at::empty({tokens, vocab}, at::kDouble);
  t["loss"].fill_(kernels::KdLossReference(
      {tokens, vocab, tau, tau}, t["teacher"].const_data_ptr<float>(), t["student"].const_data_ptr<float>(),
      t["keep"].const_data_ptr<std::uint8_t>(), t["loss_per_token"].mutable_data_ptr<double>(),
      t["grad_student"].mutable_data_ptr<double>()));
  return {name, std::move(t), {{"tau_teacher", tau}, {"tau_student", tau}}};
}

}  // namespace

std::vector<SelftestCase> BuiltinCases(std::uint64_t seed) {
  at::manual_seed(seed);
  return {ScanCase("builtin_ssd", 100, 8, 1, false),
          ScanCase("builtin_ssd_two_chunks", 130, 16, 1, false),
          ScanCase("builtin_ssd_mixed", 150, 4, 20, false),
          ScanCase("builtin_ssd_packed", 150, 8, 1, true),
          MixerCase(),
          AdapterCase(),
          KdCase("builtin_kd", 1),
          KdCase("builtin_kd_tau2", 2)};
}

}  // namespace rad
