#include <ATen/core/grad_mode.h>

#include "worker/model/mamba2_mixer.h"
#include "worker/tools/selftest/kinds.h"

namespace rad {
namespace {

constexpr double kTolerance = 2e-6;

// A layer of the case: the heads' weights, and the output projection that the heads do not include. All
// leaves.
struct Layer {
  Mamba2Weights heads;
  at::Tensor out_proj, out_proj_bias;
};

at::Tensor Leaf(const SelftestCase& test, const std::string& name) {
  return test.Has(name) ? test.At(name).to(at::kFloat).clone().requires_grad_() : at::Tensor();
}

Layer ReadLayer(const SelftestCase& test) {
  Layer layer;
  layer.heads = {test.settings.at("heads").get<std::int64_t>(), test.settings.at("P").get<std::int64_t>(),
                 test.settings.at("N").get<std::int64_t>()};
  layer.heads.in_proj = Leaf(test, "param.in_proj.weight");
  layer.heads.in_proj_bias = Leaf(test, "param.in_proj.bias");
  layer.heads.conv_weight = test.At("param.conv1d.weight").squeeze(1).clone().requires_grad_();
  layer.heads.conv_bias = Leaf(test, "param.conv1d.bias");
  layer.heads.z_bias = Leaf(test, "param.z_bias");
  layer.heads.D = Leaf(test, "param.D");
  layer.out_proj = Leaf(test, "param.out_proj.weight");
  layer.out_proj_bias = Leaf(test, "param.out_proj.bias");
  return layer;
}

at::Tensor Output(const Layer& layer, const at::Tensor& heads) {
  return at::linear(heads, layer.out_proj, layer.out_proj_bias);
}

class MixerCheck {
 public:
  explicit MixerCheck(const SelftestCase& test)
      : test_(test), layer_(ReadLayer(test)), checks_(test.name, kTolerance, {}) {}

  std::vector<Check> Run() {
    Forward();
    FromState();
    Steps();
    if (test_.Has("mixer_matrix")) {
      Add("mixer_matrix", "mixer_matrix", SsdMixingMatrix(Mamba2ScanInput(layer_.heads, test_.At("u"))));
    }
    return checks_.all();
  }

 private:
  void Add(const std::string& quantity, const std::string& reference, const at::Tensor& value) {
    if (test_.Has(reference)) checks_.Add(quantity, value, test_.At(reference));
  }

  // The parallel form, and its gradients.
  void Forward() {
    const at::Tensor u = Leaf(test_, "u");
    const at::Tensor output = Output(layer_, Mamba2Heads(layer_.heads, u));
    Add("output", "output", output);
    if (!test_.Has("dy")) return;
    (output * test_.At("dy")).sum().backward();
    Add("grad.u", "grad.u", u.grad());
    const Mamba2Weights& w = layer_.heads;
    AddGradient("in_proj.weight", w.in_proj);
    AddGradient("in_proj.bias", w.in_proj_bias);
    AddGradient("conv1d.bias", w.conv_bias);
    AddGradient("z_bias", w.z_bias);
    AddGradient("D", w.D);
    AddGradient("out_proj.weight", layer_.out_proj);
    AddGradient("out_proj.bias", layer_.out_proj_bias);
    Add("grad.conv1d.weight", "grad.conv1d.weight", w.conv_weight.grad().unsqueeze(1));
  }

  void AddGradient(const std::string& name, const at::Tensor& leaf) {
    if (leaf.defined()) Add("grad." + name, "grad." + name, leaf.grad());
  }

  // The parallel form in two parts, through the state between them.
  void FromState() {
    const at::NoGradGuard no_grad;
    const at::Tensor& u = test_.At("u");
    const std::int64_t half = u.size(1) / 2;
    Mamba2State state = MakeMamba2State(layer_.heads, u.size(0), at::kFloat);
    const at::Tensor first = Mamba2HeadsFrom(layer_.heads, u.slice(1, 0, half), state);
    AddState("mid", "", state);
    const at::Tensor second = Mamba2HeadsFrom(layer_.heads, u.slice(1, half), state);
    AddState("final", "", state);
    Add("output_parts", "output", Output(layer_, at::cat({first, second}, 1)));
  }

  void Steps() {
    const at::NoGradGuard no_grad;
    const at::Tensor& u = test_.At("u");
    Mamba2State state = MakeMamba2State(layer_.heads, u.size(0), at::kFloat);
    std::vector<at::Tensor> heads;
    for (std::int64_t t = 0; t < u.size(1); ++t) {
      if (t == u.size(1) / 2) AddState("mid", "_step", state);
      heads.push_back(Mamba2HeadsFrom(layer_.heads, u.slice(1, t, t + 1), state));
    }
    AddState("final", "_step", state);
    Add("output_step", "output_step", Output(layer_, at::cat(heads, 1)));
  }

  void AddState(const std::string& when, const std::string& how, const Mamba2State& state) {
    Add("ssm_state_" + when + how, "ssm_state_" + when, state.ssm.transpose(2, 3));
    const std::string conv = "conv_state_" + when;
    // The reference holds the last four inputs; the oldest of them is not needed for the next token.
    if (test_.Has(conv)) checks_.Add(conv + how, state.conv.transpose(1, 2), test_.At(conv).slice(2, 1));
  }

  const SelftestCase& test_;
  const Layer layer_;
  Checks checks_;
};

}  // namespace

std::vector<Check> CheckMixer(const SelftestCase& test) { return MixerCheck(test).Run(); }

}  // namespace rad
