// hf_config.h: the numbers of a model from Hugging Face's config.json.
#pragma once

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "worker/model/model_config.h"

namespace rad {

// The result has passed CheckConfig, but for qkv_bias, which only the weights tell. INVALID_ARGUMENT names
// the field that is missing, of the wrong type, or set to something that would be computed wrongly.
absl::StatusOr<ModelConfig> ConfigOfHuggingFace(const nlohmann::json& json);

}  // namespace rad
