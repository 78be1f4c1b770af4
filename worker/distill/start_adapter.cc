#include "worker/distill/start_adapter.h"

#include <ATen/core/grad_mode.h>

#include "worker/model/join_heads.h"

namespace rad {
namespace {

// Of the mean square of an input: t lies in as many directions as the kept heads have, and the others must
// not be fitted to noise.
constexpr double kRidge = 1e-2;

}  // namespace

void StartAdapter(const ModelConfig& config, const LayerView& calibration, const at::Tensor& document,
                  HybridLayer& layer) {
  const at::NoGradGuard no_grad;
  const at::Tensor& normed = calibration.normed;
  const std::int64_t kept = static_cast<std::int64_t>(layer.split.kept.size()) * config.head_dim;
  layer.o.slice(1, kept).mul_(2);
  const at::Tensor attention =
      KeptHeadOutputs(config, layer, normed, MakeRope(config, 0, normed.size(1)), document);
  const at::Tensor ssm = Mamba2Heads(layer.ssm, normed, DocumentStarts(document));
  const at::Tensor s = Linear(ssm, layer.o.slice(1, kept)).to(at::kFloat).flatten(0, 1);
  const at::Tensor t =
      MatchStatistics(Linear(attention, layer.o.slice(1, 0, kept)).flatten(0, 1), s).to(at::kDouble);
  const at::Tensor wanted = (2 * calibration.output.to(at::kFloat).flatten(0, 1) - s).to(at::kDouble);
  const at::Tensor mean_in = t.mean(0), mean_out = wanted.mean(0), in = t - mean_in, out = wanted - mean_out;
  const at::Tensor moment = at::matmul(in.t(), in);
  const at::Tensor ridge = kRidge * moment.diagonal().mean() * at::eye(moment.size(0), moment.options());
  const at::Tensor solution =
      at::cholesky_solve(at::matmul(in.t(), out), at::linalg_cholesky(moment + ridge));  // [d in, d out]
  layer.adapter.copy_(solution.t());
  layer.adapter_bias.copy_(mean_out - at::matmul(mean_in, solution));
}

}  // namespace rad
