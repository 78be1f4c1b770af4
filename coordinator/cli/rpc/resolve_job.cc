#include "coordinator/cli/rpc/resolve_job.h"

namespace rad::cli {

absl::StatusOr<std::string> ResolveJob(CoordinatorClient& client, const std::string& word) {
  v1::GetRequest request;
  request.set_job_id(word);
  auto status = client.Call(&Jobs::Get, request);
  if (!status.ok()) return status.status();
  return status->job_id();
}

}  // namespace rad::cli
