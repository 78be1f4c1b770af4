// gguf_config.h: the numbers of a model from GGUF metadata.
#pragma once

#include "absl/status/statusor.h"
#include "worker/model/gguf.h"
#include "worker/model/model_config.h"

namespace rad {

// The result has passed CheckConfig. INVALID_ARGUMENT names an architecture or a variant of one that is not
// supported, or the key that is missing or of the wrong type.
absl::StatusOr<ModelConfig> ConfigOfGguf(const Gguf& gguf);

}  // namespace rad
