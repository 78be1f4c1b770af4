// inspect_json.h: what a model file, or an exported student, holds.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"

namespace rad {

// Its shape, "parameters", "tensors" as {name, type, shape}; of a model file "digest"; of a student
// "kept_heads", "state_dim", "ssm_head_dim", "join" and "teacher_digest". Errors as in OpenModelFile and
// ReadStudentFolderConfig.
absl::StatusOr<nlohmann::ordered_json> InspectJson(const std::filesystem::path& model);

}  // namespace rad
