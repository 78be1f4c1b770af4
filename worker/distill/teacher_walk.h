// teacher_walk.h: one forward pass of the teacher that shows every layer's attention input and head outputs.
// Shapes: b sequences, t tokens, d hidden, H heads, P head dimension.
#pragma once

#include <ATen/ATen.h>

#include <functional>

#include "worker/distill/training_tensors.h"
#include "worker/model/transformer.h"

namespace rad {

struct LayerView {
  int layer = 0;
  at::Tensor normed;  // [b, t, d], what the layer's heads read
  at::Tensor heads;   // [b, t, H*P], every head's output before o_proj
  at::Tensor output;  // [b, t, d], o_proj of that
};

// Calls `visit` for every layer below `end_layer` in order, while only that layer's activations exist.
// Nothing in a view requires a gradient, but views may be part of graphs that `visit` builds and drops. The
// last such layer's MLP and the LM head are not computed.
void WalkTeacher(const Transformer& teacher, const BatchTensors& batch, std::int64_t end_layer,
                 const std::function<void(const LayerView&)>& visit);
inline void WalkTeacher(const Transformer& teacher, const BatchTensors& batch,
                        const std::function<void(const LayerView&)>& visit) {
  WalkTeacher(teacher, batch, teacher.config.layers, visit);
}

}  // namespace rad
