// open_language_model.h: a model to run, be it a teacher's file or an exported student.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"
#include "worker/model/language_model.h"

namespace rad {

// A folder whose config.json has model_type "rad_hybrid" is a student; all else is opened by OpenModelFile.
// dtype: at::kFloat or at::kBFloat16, of the weights in memory.
absl::StatusOr<std::unique_ptr<LanguageModel>> OpenLanguageModel(const std::filesystem::path& path,
                                                                 at::ScalarType dtype);

}  // namespace rad
