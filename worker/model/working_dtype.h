// working_dtype.h: a precision as LibTorch calls it.
#pragma once

#include <ATen/ATen.h>

#include "worker/model/precision.h"

namespace rad {

inline at::ScalarType WorkingDtype(Precision precision) {
  return precision == Precision::kBfloat16 ? at::kBFloat16 : at::kFloat;
}

}  // namespace rad
