// named_tensor.h: tensors under the names that checkpoints and artifacts know them by.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

namespace rad {

struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

}  // namespace rad
