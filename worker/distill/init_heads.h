// init_heads.h: SSM heads that begin as close to a teacher's attention heads as they can be made without
// training. Shapes: b sequences, t tokens, d hidden, H heads, G key-value groups, Q head dimension of the
// teacher, P of the SSM heads, N state dimension.
#pragma once

#include <ATen/ATen.h>

#include <optional>
#include <vector>

#include "worker/distill/teacher_walk.h"
#include "worker/model/mamba2_mixer.h"
#include "worker/model/ssm_size.h"
#include "worker/model/transformer.h"
#include "worker/parallel/layer_share.h"

namespace rad {

// One layer's mixer: x from the v rows, B from the k rows, C from the q rows, each head's k and q reduced to
// the N directions that carry most of q.k on the calibration tokens (the best rank-N factors of the q-k map
// where both are white; of the six ways that tests/worker/distill/init_trial.cc tries, none had less error
// at the start). With N = Q that is q.k itself; with N > Q the state beyond it starts empty: C drawn, B 0.
// With P < Q x is v in the P directions that carry most of the head's output through o_proj, and `out` leads
// back; with P > Q the x beyond v is drawn, and `out` does not read it yet. A convolution that does nothing,
// a gate of 1, and per head the numbers of calibrate_heads.h. Rotary positions have no counterpart: where a
// head looks by distance is left to the decay.
Mamba2Weights InitHeads(const ModelConfig& config, const AttentionWeights& attention, const SsmSize& size,
                        const LayerView& calibration, const at::Tensor& reset);

// That of every layer; beyond `share`, mixers of the same shape that are still to be filled.
std::vector<Mamba2Weights> InitMixers(const Transformer& teacher, const SsmSize& size,
                                      const BatchTensors& calibration,
                                      std::optional<LayerShare> share = std::nullopt);

}  // namespace rad
