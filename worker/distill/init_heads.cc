#include "worker/distill/init_heads.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "worker/distill/calibrate_heads.h"
#include "worker/distill/head_reduction.h"

namespace rad {
namespace {

// A projection of the layer's input: weight [rows, d] and bias [rows], or undefined.
struct Projection {
  at::Tensor weight, bias;

  at::Tensor Apply(const at::Tensor& u) const { return at::linear(u, weight, bias); }
  Projection Rows(std::int64_t begin, std::int64_t count) const {
    return {weight.narrow(0, begin, count), bias.defined() ? bias.narrow(0, begin, count) : bias};
  }
  Projection MappedBy(const at::Tensor& matrix) const {
    return {at::matmul(matrix, weight), bias.defined() ? at::matmul(matrix, bias) : bias};
  }
};

Projection Float32(const at::Tensor& weight, const at::Tensor& bias) {
  return {weight.to(at::kFloat), bias.defined() ? bias.to(at::kFloat) : bias};
}

// Fills the rows of one head, of x or C, beyond those `used`: reads the input in directions drawn from
// `seed`, as strongly as the used rows do.
void DrawSpareRows(const at::Tensor& rows, std::int64_t used, std::uint64_t seed) {
  if (used >= rows.size(0)) return;
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const at::Tensor drawn = at::randn({rows.size(0) - used, rows.size(1)}, generator, rows.options());
  rows.slice(0, used).copy_(drawn * rows.slice(0, 0, used).square().mean().sqrt());
}

// Copies a projection of one head to its rows of the mixer. The bias goes to that of in_proj.
void SetRows(Mamba2Weights& w, std::int64_t begin, const Projection& rows) {
  const std::int64_t count = rows.weight.size(0);
  w.in_proj.narrow(0, begin, count).copy_(rows.weight);
  if (rows.bias.defined()) w.in_proj_bias.narrow(0, begin, count).copy_(rows.bias);
}

// B and C of one head from its k and q. In the state beyond theirs C is drawn and B is 0: C.B is unchanged,
// and yet B has a gradient.
void SetScores(Mamba2Weights& w, std::int64_t head, const Projection& q, const Projection& k,
               const at::Tensor& tokens, std::uint64_t seed) {
  const std::int64_t Q = q.weight.size(0), N = w.state_dim, used = std::min(N, Q);
  const double scale = std::pow(static_cast<double>(Q), -0.25);  // on q and k each: attention's 1 / sqrt(Q)
  const ScoreReduction reduction = ReduceScores(q.Apply(tokens), k.Apply(tokens), used);
  const std::int64_t b = w.x_rows() + head * N, c = b + w.b_rows();
  SetRows(w, b, k.MappedBy(reduction.k * scale));
  SetRows(w, c, q.MappedBy(reduction.q * scale));
  DrawSpareRows(w.in_proj.narrow(0, c, N), used, seed);
}

// x of one head from its v, and `out`, which does not read the x beyond v.
void SetValues(Mamba2Weights& w, std::int64_t head, const Projection& v, const at::Tensor& outputs,
               const at::Tensor& o, std::uint64_t seed) {
  const std::int64_t Q = v.weight.size(0), P = w.head_dim;
  if (P < Q) {
    const OutputReduction reduction = ReduceOutputs(outputs, o, P);
    SetRows(w, head * P, v.MappedBy(reduction.in));
    w.out[head].copy_(reduction.out);
    return;
  }
  SetRows(w, head * P, v);
  if (P == Q) return;
  DrawSpareRows(w.in_proj.narrow(0, head * P, P), Q, seed);
  w.out[head].copy_(at::eye(Q, P));
}

void SetProjections(const ModelConfig& config, const AttentionWeights& attention, const LayerView& view,
                    Mamba2Weights& w) {
  const std::int64_t Q = config.head_dim;
  const at::Tensor tokens = view.normed.to(at::kFloat).flatten(0, 1),
                   outputs = view.heads.to(at::kFloat).flatten(0, 1), o = attention.o.to(at::kFloat);
  const Projection q_all = Float32(attention.q, attention.q_bias),
                   k_all = Float32(attention.k, attention.k_bias),
                   v_all = Float32(attention.v, attention.v_bias);
  for (std::int64_t head = 0; head < config.heads; ++head) {
    const std::int64_t group = head / (config.heads / config.kv_heads);
    const auto seed = static_cast<std::uint64_t>(view.layer * config.heads + head);
    SetScores(w, head, q_all.Rows(head * Q, Q), k_all.Rows(group * Q, Q), tokens, seed);
    SetValues(w, head, v_all.Rows(group * Q, Q), outputs.narrow(1, head * Q, Q), o.narrow(1, head * Q, Q),
              ~seed);
  }
}

}  // namespace

Mamba2Weights InitHeads(const ModelConfig& config, const AttentionWeights& attention, const SsmSize& size,
                        const LayerView& calibration, const at::Tensor& reset) {
  const at::NoGradGuard no_grad;
  Mamba2Weights w = BlankMixer(config, size);
  SetProjections(config, attention, calibration, w);
  CalibrateHeads(calibration, reset, w);
  return w;
}

std::vector<Mamba2Weights> InitMixers(const Transformer& teacher, const SsmSize& size,
                                      const BatchTensors& calibration, std::optional<LayerShare> share) {
  const ModelConfig& config = teacher.config;
  const LayerShare wanted = share.value_or(LayersOf(0, 1, static_cast<int>(config.layers)));
  std::vector<Mamba2Weights> mixers;
  WalkTeacher(teacher, calibration, wanted.end, [&](const LayerView& view) {
    const AttentionWeights& attention = teacher.layers[static_cast<std::size_t>(view.layer)].attention;
    mixers.push_back(wanted.Has(view.layer) ? InitHeads(config, attention, size, view, calibration.reset)
                                            : BlankMixer(config, size));
  });
  while (mixers.size() < teacher.layers.size()) mixers.push_back(BlankMixer(config, size));
  return mixers;
}

}  // namespace rad
