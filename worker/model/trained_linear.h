// trained_linear.h: x W^T + bias of a weight that is trained, a float32 master, in the dtype of x.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// x [.., k], weight [m, k] and bias [m] (or undefined) of another dtype -> [.., m] of the dtype of x. For the
// backward pass the weight is brought to that dtype a second time: autograd's own would keep the first copy
// until then, and a model's copies together were 100 MiB of the peak at N = 64.
at::Tensor TrainedLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace rad
