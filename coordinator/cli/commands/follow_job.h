// follow_job.h: shows a job until it ends, the deadline passes or Ctrl-C: bars on a terminal, lines
// elsewhere.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/cli/commands/session.h"

namespace rad::cli {

struct FollowOptions {
  absl::Time deadline = absl::InfiniteFuture();
  bool json_lines = false;  // each event as a line of JSON on `out`, no bars
  bool quiet = false;       // only waits
  std::function<absl::Status()> check = [] { return absl::OkStatus(); };  // asked often; an error ends it
};

struct Followed {
  v1::JobStatus status;      // as last seen
  bool interrupted = false;  // by Ctrl-C; the job goes on
};

absl::StatusOr<Followed> FollowJob(CoordinatorClient& client, const Console& console,
                                   const std::string& job_id, const FollowOptions& options);

// What to tell whoever stopped following a job that goes on.
void SayHowToComeBack(const Console& console, const Followed& followed, const std::string& address);

}  // namespace rad::cli
