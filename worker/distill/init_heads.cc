#include "worker/distill/init_heads.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "worker/distill/calibrate_heads.h"

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

// A such that A^T A = E[y y^T] for the rows y of tokens, kept invertible.
at::Tensor SecondMomentFactor(const at::Tensor& tokens) {
  const at::Tensor moment = at::matmul(tokens.t(), tokens) / tokens.size(0);
  const at::Tensor ridge = moment.diagonal().mean() * 1e-5;
  return at::linalg_cholesky(moment + ridge * at::eye(moment.size(0), moment.options()), /*upper=*/true);
}

// Maps [N, P] for q and k such that (map_q q).(map_k k) has the least expected squared distance from q.k over
// independent tokens: the leading part of the product in coordinates where q and k are white.
struct Reduction {
  at::Tensor q, k;
};
Reduction ReduceToState(const at::Tensor& q, const at::Tensor& k, std::int64_t state_dim) {
  const at::Tensor fq = SecondMomentFactor(q), fk = SecondMomentFactor(k);
  const auto [u, s, vh] = at::linalg_svd(at::matmul(fq, fk.t()));
  const at::Tensor root = s.narrow(0, 0, state_dim).sqrt().unsqueeze(1);
  // q = fq^T w with w white, so the map is sqrt(s) u^T fq^-T.
  const auto map = [&](const at::Tensor& factor, const at::Tensor& directions) {
    return at::linalg_solve_triangular(factor, (root * directions).t(), /*upper=*/true, /*left=*/true)
        .t()
        .contiguous();
  };
  return {map(fq, u.t().narrow(0, 0, state_dim)), map(fk, vh.narrow(0, 0, state_dim))};
}

// Rows for the state beyond what q.k fills: a C that reads the input in directions drawn from `seed`, as
// strongly as the other rows of C do, and a B of 0. C.B is unchanged and yet B has a gradient.
void SetSpareRows(Mamba2Weights& w, std::int64_t head, std::int64_t used, std::uint64_t seed) {
  const std::int64_t spare = w.state_dim - used;
  if (spare <= 0) return;
  const at::Tensor c = w.in_proj.narrow(0, w.x_rows() + w.b_rows() + head * w.state_dim, w.state_dim);
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const at::Tensor drawn = at::randn({spare, c.size(1)}, generator, c.options());
  c.slice(0, used).copy_(drawn * c.slice(0, 0, used).square().mean().sqrt());
}

// Copies a projection of one head to its rows of the mixer. The bias goes to that of in_proj.
void SetRows(Mamba2Weights& w, std::int64_t begin, const Projection& rows) {
  const std::int64_t count = rows.weight.size(0);
  w.in_proj.narrow(0, begin, count).copy_(rows.weight);
  if (rows.bias.defined()) w.in_proj_bias.narrow(0, begin, count).copy_(rows.bias);
}

void SetProjections(const ModelConfig& config, const AttentionWeights& attention, int layer,
                    const at::Tensor& tokens, Mamba2Weights& w) {
  const std::int64_t P = w.head_dim, N = w.state_dim, used = std::min(N, P);
  const double scale = std::pow(static_cast<double>(P), -0.25);  // on q and k each: attention's 1 / sqrt(P)
  const Projection q_all = Float32(attention.q, attention.q_bias),
                   k_all = Float32(attention.k, attention.k_bias),
                   v_all = Float32(attention.v, attention.v_bias);
  for (std::int64_t head = 0; head < config.heads; ++head) {
    const std::int64_t group = head / (config.heads / config.kv_heads);
    const Projection q = q_all.Rows(head * P, P), k = k_all.Rows(group * P, P);
    const Reduction reduction = ReduceToState(q.Apply(tokens), k.Apply(tokens), used);
    SetRows(w, head * P, v_all.Rows(group * P, P));
    SetRows(w, w.x_rows() + head * N, k.MappedBy(reduction.k * scale));
    SetRows(w, w.x_rows() + w.b_rows() + head * N, q.MappedBy(reduction.q * scale));
    SetSpareRows(w, head, used, static_cast<std::uint64_t>(layer * config.heads + head));
  }
}

}  // namespace

Mamba2Weights InitHeads(const ModelConfig& config, const AttentionWeights& attention, int state_dim,
                        const LayerView& calibration, const at::Tensor& reset) {
  const at::NoGradGuard no_grad;
  Mamba2Weights w = MakeMamba2Weights(config.hidden, config.heads, config.head_dim, state_dim);
  SetProjections(config, attention, calibration.layer, calibration.normed.to(at::kFloat).flatten(0, 1), w);
  CalibrateHeads(calibration, reset, w);
  return w;
}

std::vector<Mamba2Weights> InitMixers(const Transformer& teacher, int state_dim,
                                      const BatchTensors& calibration, std::optional<LayerShare> share) {
  const ModelConfig& config = teacher.config;
  const LayerShare wanted = share.value_or(LayersOf(0, 1, static_cast<int>(config.layers)));
  std::vector<Mamba2Weights> mixers;
  WalkTeacher(teacher, calibration, wanted.end, [&](const LayerView& view) {
    const AttentionWeights& attention = teacher.layers[static_cast<std::size_t>(view.layer)].attention;
    mixers.push_back(wanted.Has(view.layer)
                         ? InitHeads(config, attention, state_dim, view, calibration.reset)
                         : MakeMamba2Weights(config.hidden, config.heads, config.head_dim, state_dim));
  });
  while (mixers.size() < teacher.layers.size())
    mixers.push_back(MakeMamba2Weights(config.hidden, config.heads, config.head_dim, state_dim));
  return mixers;
}

}  // namespace rad
