#include "worker/distill/calibrate_heads.h"

#include <ATen/core/grad_mode.h>

#include <array>
#include <cmath>

namespace rad {
namespace {

// A_log of a head that forgets half of its state per token, 18%, 5% and 1%.
constexpr std::array kDecayBiases = {0.0, -1.5, -3.0, -4.5};

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

}  // namespace

void CalibrateHeads(const LayerView& view, const at::Tensor& reset, Mamba2Weights& w) {
  const at::NoGradGuard no_grad;
  w.D.zero_();
  const at::Tensor u = view.normed.to(at::kFloat),
                   target = view.heads.to(at::kFloat).unflatten(2, {w.heads, -1});
  const auto as_teacher = [&](const at::Tensor& y) {  // [b, t, H, P] -> [b, t, H, Q]
    return AsTeacherHeads(w, y.flatten(2)).unflatten(2, {w.heads, -1});
  };
  at::Tensor best_error, best_bias = at::zeros({w.heads}), scale, skip;
  for (const double bias : kDecayBiases) {
    SetDecays(w, at::full({w.heads}, bias));
    SsdInput in = Mamba2ScanInput(w, u);
    in.reset = reset;
    const Fit fit = FitHeads(as_teacher(Ssd(in, /*want_final_state=*/false).y), as_teacher(in.x), target);
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

}  // namespace rad
