// head_aligner.h: trains an SSM head for every attention head of a teacher to give that head's own
// contribution to the residual stream. Layers learn apart from one another: each reads the teacher's hidden
// states, and its gradient is taken and applied before the next layer runs, so that one layer's activations
// exist at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "worker/distill/adamw.h"
#include "worker/distill/teacher_walk.h"
#include "worker/model/mamba2_mixer.h"
#include "worker/model/ssm_size.h"
#include "worker/parallel/layer_share.h"

namespace rad {

struct AlignStep {
  double loss = 0;  // mean over layers of the mean over tokens of |o_proj(y_student - y_teacher)|
  double relative_error =
      0;  // mean over layers of sum |o_proj(y_student - y_teacher)| / sum |o_proj(y_teacher)|
  int skipped_layers = 0;  // not trained, as their gradient was not finite
};

class HeadAligner {
 public:
  // Trains the layers of `share`, or all; the mixers of others are there, to be filled from elsewhere. Those
  // of the share start from the teacher's rows and the calibration batch (init_heads.h). `teacher` must
  // outlive this.
  HeadAligner(const Transformer& teacher, const SsmSize& size, const BatchTensors& calibration,
              std::optional<LayerShare> share = std::nullopt);
  // From mixers that are there: one per layer, with all heads.
  HeadAligner(const Transformer& teacher, std::vector<Mamba2Weights> mixers,
              std::optional<LayerShare> share = std::nullopt);

  // One optimizer step of every layer of the share; loss and error are means over those. In half of the
  // layers, drawn from (seed, step), some heads are left out of the difference, so that no head learns to
  // repair another's error: a student keeps only some of them. Those layers do not count towards
  // relative_error; at step 0 all heads count everywhere.
  AlignStep Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed, std::int64_t step);

  const std::vector<Mamba2Weights>& mixers() const { return mixers_; }
  std::vector<NamedTensor> Weights() const;
  std::vector<NamedTensor> OptimizerState() const { return StateByLayer(optimizers_); }
  // Weights and optimizer state of these layers.
  std::vector<NamedTensor> StateOf(LayerShare layers) const;

 private:
  const Transformer& teacher_;
  const LayerShare share_;
  std::vector<Mamba2Weights> mixers_;
  std::vector<AdamW> optimizers_;  // one per layer: each clips its own gradient
};

}  // namespace rad
