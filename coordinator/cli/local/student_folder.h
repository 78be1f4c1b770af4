// student_folder.h: the exported student of a local run, as a folder that people and tools can use.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {

// Puts the job's exported student into `folder`/<job name>, unless that very artifact is there already; a
// student of an earlier job of that name is replaced, whole. Returns the folder; an empty path when the job
// exports none.
absl::StatusOr<std::filesystem::path> FetchStudent(CoordinatorClient& client, const v1::JobStatus& status,
                                                   const std::filesystem::path& folder);

}  // namespace rad::cli
