// restore_tensors.h: puts the values of a tensor file into tensors that exist already.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "worker/model/named_tensor.h"
#include "worker/model/tensor_file.h"

namespace rad {

// Copies every tensor named from `file` into the one given, whose shape and type it must have; the file may
// hold more. DATA_LOSS names what is missing or different; some tensors may have been overwritten by then.
absl::Status RestoreTensors(const TensorFile& file, const std::vector<NamedTensor>& tensors);

}  // namespace rad
