// hf_folder.h: a teacher in a Hugging Face folder: config.json, and weights in model.safetensors or in the
// several files that model.safetensors.index.json lists.
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"
#include "worker/model/model_file.h"

namespace rad {

absl::StatusOr<std::unique_ptr<ModelFile>> OpenHuggingFaceFolder(const std::filesystem::path& folder);

}  // namespace rad
