// case_file.h: test cases from a safetensors file. Tensors are named <case>.<tensor>; the metadata's "index",
// where there is one, is a JSON object from case to settings.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/tools/selftest/check.h"

namespace rad {

// In the order of their names. Errors as in tensor_file.h.
absl::StatusOr<std::vector<SelftestCase>> ReadCaseFile(const std::filesystem::path& path);

}  // namespace rad
