// score_flops.h: the arithmetic that ScoreHeads does. With d hidden, H query heads and G key-value heads of
// P, a layer costs F = 2d (2HP + 2GP + 3 mlp) FLOPs a token; attention itself, 1-2% at a hundred tokens, is
// left out. SmolLM2-135M: F = 7.1 MFLOP.
#pragma once

#include <span>

#include "worker/ablation/probe.h"
#include "worker/model/model_config.h"

namespace rad {

// FLOPs of the matrix products of ScoreHeads(model, examples, heads, ...), padding included.
double ScoreFlops(const ModelConfig& config, std::span<const ProbeExample> examples,
                  std::span<const HeadId> heads);

}  // namespace rad
