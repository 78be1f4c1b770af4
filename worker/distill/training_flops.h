// training_flops.h: the arithmetic of one training step, in the matrix products that the step cannot do
// without: nothing recomputed counts, nor padding, nor the upper triangle of a causal product. Elementwise
// work (norms, gates, convolution, optimizer) is left out.
//
// With d hidden, H heads and G key-value heads of P, state N, an MLP of m and sequences of t, FLOPs a token:
//     teacher's layer   2d (2HP + 2GP) + 4HP t/2   attention        6dm   MLP
//     SSM heads         2d (2HP + 2HN + H)         projection       2H (N + P) t/2   scan
//     output projection 2d HP
// Backward a product costs itself once for each operand that wants a gradient. Alignment: the teacher without
// its last MLP; of the student the projection (its input wants none), the scan (both operands), and the
// output projection of the difference (its weight wants none). Distillation: the whole teacher; the student
// with its MLPs (inputs only), projections and scan (both); and, at the positions with a loss, three LM heads
// of 2dV. SmolLM2-135M at N=8 and t=128: 0.36 GFLOP a token for alignment, 0.80 for distillation.
#pragma once

#include <cstdint>

#include "worker/model/model_config.h"

namespace rad {

struct StepShape {
  std::int64_t sequences = 0;
  std::int64_t sequence_tokens = 0;
  int state_dim = 0;

  std::int64_t tokens() const { return sequences * sequence_tokens; }
};

double AlignStepFlops(const ModelConfig& config, const StepShape& shape);
// Of a student with an SSM head for every head; a kept head costs nearly the same.
double DistillStepFlops(const ModelConfig& config, const StepShape& shape, double loss_positions);

}  // namespace rad
