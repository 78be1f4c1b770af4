// weight_files.h: the safetensors files of a folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/safetensors.h"

namespace rad {

struct WeightFiles {
  std::map<std::string, SafetensorsFile> files;                   // by name in the folder
  std::map<std::string, const TensorView*, std::less<>> tensors;  // of all files
};

// The files that model.safetensors.index.json lists, or without it every *.safetensors. NOT_FOUND: there are
// none, or one listed is missing. INVALID_ARGUMENT: a tensor in two files or not where the index says, a name
// that leaves the folder.
absl::StatusOr<WeightFiles> OpenWeightFiles(const std::filesystem::path& folder);

}  // namespace rad
