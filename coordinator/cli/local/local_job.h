// local_job.h: which job a local run means: the one an interrupted run of the same spec left, else a new one.
#pragma once

#include <google/protobuf/message.h>

#include <filesystem>

#include "absl/status/statusor.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {

// The n-th (from 1) run of this spec on this data folder; equal for equal spec, folder and n.
std::string LocalRequestId(const google::protobuf::Message& spec, const std::filesystem::path& data_dir,
                           int run);

// Submits with LocalRequestId: an unfinished job of the same spec is taken up again; after a finished one a
// new job is made, whose known stages cost nothing.
absl::StatusOr<v1::JobStatus> SubmitOrResume(CoordinatorClient& client, const v1::Job& job,
                                             const std::filesystem::path& data_dir);
// The same for a sweep.
absl::StatusOr<v1::SweepStatus> SubmitOrResumeSweep(CoordinatorClient& client, const v1::Sweep& sweep,
                                                    const std::filesystem::path& data_dir);

}  // namespace rad::cli
