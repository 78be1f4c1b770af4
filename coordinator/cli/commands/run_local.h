// run_local.h: `radctl run --local`: service, job, progress, results, student, in one command.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {

struct LocalRun {
  std::filesystem::path data_dir;  // absolute
  std::filesystem::path programs;  // the folder of rad-coordinator and rad-worker
  absl::Time deadline = absl::InfiniteFuture();
  std::string output;  // "table" or "json"
};

// Ctrl-C, or the deadline, stops everything in good order; the same call takes the job up again.
absl::StatusOr<int> RunLocal(const Console& console, const v1::Job& job, const LocalRun& run);

// Prints a job that is followed no longer: its report if it succeeded, its reason else. `student` is where
// the student was put; empty: nowhere.
absl::StatusOr<int> ReportRun(const Console& console, CoordinatorClient& client, const v1::JobStatus& status,
                              const std::string& output, const std::filesystem::path& student);

}  // namespace rad::cli
