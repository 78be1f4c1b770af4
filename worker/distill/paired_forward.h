// paired_forward.h: teacher and student read the same tokens, layer beside layer, so that comparing what
// their layers give keeps one tensor of the stream's size per layer. Shapes: b sequences, t tokens, d hidden.
#pragma once

#include <ATen/ATen.h>

#include "worker/distill/training_tensors.h"
#include "worker/model/hybrid.h"

namespace rad {

struct PairedForward {
  at::Tensor student, teacher;  // [b, t, d] after the final norm; the teacher's without gradient
  // Mean over layers of the sum over tokens of |student - teacher|^2 / |teacher|^2, of the residual streams
  // after each layer; undefined when it was not asked for.
  at::Tensor hidden_distance;
};

struct PairedForwardOptions {
  bool hidden_distance = false;
  bool recompute = false;  // recomputed_layer.h
};

PairedForward RunPaired(const Transformer& teacher, const HybridStudent& student, const BatchTensors& batch,
                        const PairedForwardOptions& options);

}  // namespace rad
