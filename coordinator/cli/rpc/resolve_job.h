// resolve_job.h: the id of the job that a user's word means.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {

// `word`: an id, a unique start of one, or a name (the newest job of it).
absl::StatusOr<std::string> ResolveJob(CoordinatorClient& client, const std::string& word);

}  // namespace rad::cli
