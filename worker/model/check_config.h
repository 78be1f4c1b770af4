// check_config.h: whether the numbers of a model make sense, and whether a file's weights fit them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/model/model_config.h"

namespace rad {

// Every field in its range and the fields in agreement; INVALID_ARGUMENT names the field, its value and the
// remedy.
absl::Status CheckConfig(const ModelConfig& config);

// A weight's shape by its Hugging Face name; nullopt when the file lacks it.
using ShapeOf = std::function<std::optional<std::vector<std::int64_t>>(const std::string& name)>;

// Every weight that `config` (which passed CheckConfig) calls for is there, with the shape it calls for.
// Stops at the first that is not, so a wrong layer count costs nothing.
absl::Status CheckWeights(const ModelConfig& config, const ShapeOf& shape_of);

// Whether a model of this configuration has use for a weight of this name.
bool IsWeightOf(const ModelConfig& config, std::string_view name);

}  // namespace rad
