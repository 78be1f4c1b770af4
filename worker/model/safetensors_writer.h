// safetensors_writer.h: writes safetensors files whole or not at all.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "worker/model/safetensors.h"

namespace rad {

// The file appears under `path` only when it is complete and on the disk: it is written beside it under a
// temporary name, synced and renamed. Data is streamed from the views, in their order (names must differ). On
// an error the temporary file is gone and what lay at `path` before still lies there. INVALID_ARGUMENT: a
// view's data disagrees with its shape; RESOURCE_EXHAUSTED: disk full; UNAVAILABLE: other I/O.
absl::Status WriteSafetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace rad
