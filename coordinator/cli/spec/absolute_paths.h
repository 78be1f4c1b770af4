// absolute_paths.h: files as the workers see them, who have another current folder than the user.
#pragma once

#include <filesystem>

#include "rad/v1/job.pb.h"

namespace rad::cli {

// The teacher, the texts, and the files of probes and of the evaluation, where they are written.
void MakePathsAbsolute(const std::filesystem::path& folder, v1::JobSpec& spec);

}  // namespace rad::cli
