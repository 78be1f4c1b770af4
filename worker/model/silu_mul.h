// silu_mul.h: the gate of a gated MLP.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// gate_up [.., 2m], gate first -> silu(gate) * up [.., m]. Differentiable once; keeps gate_up alone for that.
at::Tensor SiluMul(const at::Tensor& gate_up);

}  // namespace rad
