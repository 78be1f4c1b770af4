// mixer_tensors.h: the tensors of one layer's mixer under the names artifacts and optimizers know them by.
#pragma once

#include <vector>

#include "worker/model/mamba2_mixer.h"
#include "worker/model/named_tensor.h"

namespace rad {

// "layers.<layer>.ssm.in_proj.weight", ... : handles, not copies, in a fixed order.
std::vector<NamedTensor> MixerTensors(int layer, const Mamba2Weights& weights);

}  // namespace rad
