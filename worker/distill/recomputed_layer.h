// recomputed_layer.h: a layer of the student that keeps its input alone for the backward pass, and runs again
// there: less memory for a third more time.
#pragma once

#include <ATen/ATen.h>

#include "worker/model/hybrid.h"

namespace rad {

// LayerForward, in the same bits and with the same gradients. `student` must outlive the backward pass, and
// its weights must not change before that.
at::Tensor RecomputedLayer(const HybridStudent& student, int layer, const at::Tensor& x, const Rope& rope,
                           const at::Tensor& document);

}  // namespace rad
