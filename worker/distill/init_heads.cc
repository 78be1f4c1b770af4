#include "worker/distill/init_heads.h"

#include <ATen/core/grad_mode.h>

#include <array>
#include <cmath>

namespace rad {
namespace {

// A_log of a head that forgets half of its state per token, 18%, 5% and 1%.
constexpr std::array kDecayBiases = {0.0, -1.5, -3.0, -4.5};

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

// Copies a projection of one head to its rows of the mixer. The bias goes to that of in_proj.
void SetRows(Mamba2Weights& w, std::int64_t begin, const Projection& rows) {
  const std::int64_t count = rows.weight.size(0);
  w.in_proj.narrow(0, begin, count).copy_(rows.weight);
  if (rows.bias.defined()) w.in_proj_bias.narrow(0, begin, count).copy_(rows.bias);
}

void SetProjections(const ModelConfig& config, const AttentionWeights& attention, const at::Tensor& tokens,
                    Mamba2Weights& w) {
  const std::int64_t P = w.head_dim, N = w.state_dim;
  const double scale = std::pow(static_cast<double>(P), -0.25);  // on q and k each: attention's 1 / sqrt(P)
  const Projection q_all = Float32(attention.q, attention.q_bias),
                   k_all = Float32(attention.k, attention.k_bias),
                   v_all = Float32(attention.v, attention.v_bias);
  for (std::int64_t head = 0; head < config.heads; ++head) {
    const std::int64_t group = head / (config.heads / config.kv_heads);
    const Projection q = q_all.Rows(head * P, P), k = k_all.Rows(group * P, P);
    const Reduction reduction = ReduceToState(q.Apply(tokens), k.Apply(tokens), N);
    SetRows(w, head * P, v_all.Rows(group * P, P));
    SetRows(w, w.x_rows() + head * N, k.MappedBy(reduction.k * scale));
    SetRows(w, w.x_rows() + w.b_rows() + head * N, q.MappedBy(reduction.q * scale));
  }
}

// Per head the best scale of y and weight of x for approximating the target, and the squared error left, all
// [H].
struct Fit {
  at::Tensor scale, skip, error;
};
Fit FitHeads(const at::Tensor& y, const at::Tensor& x, const at::Tensor& target) {
  const auto dot = [](const at::Tensor& a, const at::Tensor& b) {
    return (a * b).sum({0, 1, 3}).to(at::kDouble);
  };
  const at::Tensor yy = dot(y, y) + 1e-12, yx = dot(y, x), xx = dot(x, x) + 1e-12, yt = dot(y, target),
                   xt = dot(x, target);
  const at::Tensor determinant = (yy * xx - yx * yx).clamp_min(1e-9 * yy * xx);
  Fit fit;
  fit.scale = (yt * xx - xt * yx) / determinant;
  fit.skip = (xt * yy - yt * yx) / determinant;
  fit.error = dot(target, target) - fit.scale * yt - fit.skip * xt;
  return fit;
}

void SetDecays(Mamba2Weights& w, const at::Tensor& bias) {
  w.in_proj_bias.narrow(0, w.rows() - w.heads, w.heads).copy_(bias);
}

// Multiplies C.B of every head: both sides by the root of the magnitude, C by the sign.
void ScaleScores(Mamba2Weights& w, const at::Tensor& scale) {
  const at::Tensor root = scale.abs().sqrt().repeat_interleave(w.state_dim).to(at::kFloat);
  const at::Tensor sign = scale.sign().repeat_interleave(w.state_dim).to(at::kFloat);
  const auto multiply = [&](std::int64_t begin, const at::Tensor& factor) {
    w.in_proj.narrow(0, begin, w.b_rows()).mul_(factor.unsqueeze(1));
    w.in_proj_bias.narrow(0, begin, w.b_rows()).mul_(factor);
  };
  multiply(w.x_rows(), root);
  multiply(w.x_rows() + w.b_rows(), root * sign);
}

void Calibrate(Mamba2Weights& w, const LayerView& view, const at::Tensor& reset) {
  w.D.zero_();
  const at::Tensor target = view.heads.unflatten(2, {w.heads, w.head_dim});
  at::Tensor best_error, best_bias = at::zeros({w.heads}), scale, skip;
  for (const double bias : kDecayBiases) {
    SetDecays(w, at::full({w.heads}, bias));
    SsdInput in = Mamba2ScanInput(w, view.normed);
    in.reset = reset;
    const Fit fit = FitHeads(Ssd(in, /*want_final_state=*/false).y, in.x, target);
    if (!best_error.defined()) {
      best_error = at::full_like(fit.error, INFINITY);
      scale = fit.scale;
      skip = fit.skip;
    }
    const at::Tensor better = fit.error < best_error;
    best_error = at::where(better, fit.error, best_error);
    scale = at::where(better, fit.scale, scale);
    skip = at::where(better, fit.skip, skip);
    best_bias.masked_fill_(better, bias);
  }
  SetDecays(w, best_bias);
  ScaleScores(w, scale);
  w.D.copy_(skip);
}

}  // namespace

Mamba2Weights InitHeads(const ModelConfig& config, const AttentionWeights& attention, int state_dim,
                        const LayerView& calibration, const at::Tensor& reset) {
  const at::NoGradGuard no_grad;
  TORCH_CHECK(state_dim >= 1 && state_dim <= config.head_dim, "student.state_dim is ", state_dim,
              "; heads of dimension ", config.head_dim, " can fill 1..", config.head_dim);
  Mamba2Weights w = MakeMamba2Weights(config.hidden, config.heads, config.head_dim, state_dim);
  const LayerView view{calibration.layer, calibration.normed.to(at::kFloat), calibration.heads.to(at::kFloat),
                       calibration.output};
  SetProjections(config, attention, view.normed.flatten(0, 1), w);
  Calibrate(w, view, reset);
  return w;
}

}  // namespace rad
