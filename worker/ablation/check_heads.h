// check_heads.h: heads that a user named, checked against the model.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "worker/model/model_config.h"

namespace rad {

// INVALID_ARGUMENT names the first head that the model has not.
absl::Status CheckHeads(const ModelConfig& config, std::span<const HeadId> heads);

}  // namespace rad
