// layer_aligner.h: trains each layer of one student to give its teacher layer's output (the alignment of
// arXiv 2602.11374). Layers learn apart from one another: each reads the teacher's residual stream, and its
// gradient is taken and applied before the next layer runs, so that one layer's activations exist at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/distill/adamw.h"
#include "worker/distill/head_aligner.h"
#include "worker/distill/training_tensors.h"
#include "worker/model/hybrid.h"

namespace rad {

class LayerAligner {
 public:
  // Trains the tensors of TrainedTensors(student) in place. `teacher` must outlive this.
  LayerAligner(const Transformer& teacher, HybridStudent student);

  // One optimizer step of every layer. The loss is the mean over layers of the mean over tokens of
  // |student layer's output - teacher layer's output|, its relative error that over |what the teacher layer
  // adds to the stream|. Seed and step, which HeadAligner draws from, have no part in it.
  AlignStep Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed, std::int64_t step);

  const HybridStudent& student() const { return student_; }
  std::vector<NamedTensor> Weights() const { return TrainedTensors(student_); }
  std::vector<NamedTensor> OptimizerState() const { return StateByLayer(optimizers_); }

 private:
  const Transformer& teacher_;
  HybridStudent student_;
  std::vector<AdamW> optimizers_;  // one per layer: each clips its own gradient
};

}  // namespace rad
