// inspect.h: what a model file holds, without loading its weights. No torch here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "worker/model/model_config.h"

namespace rad {

struct ModelInfo {
  ModelConfig config;
  std::string digest;  // hex SHA-256 of the weights
  std::int64_t parameters = 0;
};

absl::StatusOr<ModelInfo> InspectModel(const std::filesystem::path& path);

}  // namespace rad
