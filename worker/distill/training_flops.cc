#include "worker/distill/training_flops.h"

namespace rad {
namespace {

// FLOPs a token of one layer's products, forward.
struct LayerFlops {
  double attention, mlp, ssm_projection, scan, output;

  LayerFlops(const ModelConfig& c, const StepShape& shape) {
    const auto d = static_cast<double>(c.hidden), h = static_cast<double>(c.heads),
               p = static_cast<double>(c.head_dim), n = static_cast<double>(shape.state_dim);
    const double seen = (static_cast<double>(shape.sequence_tokens) + 1) / 2;  // tokens, on average
    output = 2 * d * h * p;
    attention = output + 2 * d * (h + 2 * static_cast<double>(c.kv_heads)) * p + 4 * h * p * seen;
    mlp = 6 * d * static_cast<double>(c.mlp);
    ssm_projection = 2 * d * h * (2 * p + 2 * n + 1);
    scan = 2 * h * (n + p) * seen;
  }
};

}  // namespace

double AlignStepFlops(const ModelConfig& config, const StepShape& shape) {
  const LayerFlops f(config, shape);
  const double layer = f.attention + f.mlp + 2 * f.ssm_projection + 3 * f.scan + 2 * f.output;
  return static_cast<double>(shape.tokens()) * (static_cast<double>(config.layers) * layer - f.mlp);
}

double DistillStepFlops(const ModelConfig& config, const StepShape& shape, double loss_positions) {
  const LayerFlops f(config, shape);
  const double layer = f.attention + f.mlp + 2 * f.mlp + 3 * (f.ssm_projection + f.scan + f.output);
  const double head = 3 * 2 * static_cast<double>(config.hidden) * static_cast<double>(config.vocab);
  return static_cast<double>(shape.tokens()) * static_cast<double>(config.layers) * layer +
         loss_positions * head;
}

}  // namespace rad
