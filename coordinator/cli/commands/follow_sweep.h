// follow_sweep.h: shows a sweep until it ends, the deadline passes or Ctrl-C: each point as it starts and
// ends, and the progress of the oldest that runs.
#pragma once

#include <string>

#include "coordinator/cli/commands/follow_job.h"

namespace rad::cli {

struct FollowedSweep {
  v1::SweepStatus status;    // as last seen
  bool interrupted = false;  // by Ctrl-C; the sweep goes on
};

absl::StatusOr<FollowedSweep> FollowSweep(CoordinatorClient& client, const Console& console,
                                          const std::string& sweep_id, const FollowOptions& options);

void SayHowToComeBack(const Console& console, const FollowedSweep& followed, const std::string& address);

}  // namespace rad::cli
