// student_folder_config.h: what an exported student's folder says of it, without its weights. No torch.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "worker/model/student_config.h"

namespace rad {

// Its files, beside those that tokenizer and transformers want.
inline constexpr char kStudentConfigFile[] = "config.json";
inline constexpr char kStudentWeightsFile[] = "model.safetensors";

// Whether `path` is a folder whose config.json is an exported student's.
bool IsStudentFolder(const std::filesystem::path& path);

// NOT_FOUND: no such folder or file. INVALID_ARGUMENT names file and field.
absl::StatusOr<StudentConfig> ReadStudentFolderConfig(const std::filesystem::path& folder);

}  // namespace rad
