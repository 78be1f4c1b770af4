// run_sweep.h: a sweep submitted, followed and reported in one command.
#pragma once

#include <string>

#include "coordinator/cli/commands/run_local.h"
#include "coordinator/cli/commands/session.h"

namespace rad::cli {

// With a service of its own, as RunLocal. The plot goes to `plot`, or when that is empty to
// <data_dir>/<name>.svg.
absl::StatusOr<int> RunSweepLocal(const Console& console, const v1::Sweep& sweep, const LocalRun& run,
                                  const std::string& plot);

// `plot` empty: no plot is written.
absl::StatusOr<int> RunSweepRemote(Session& session, const v1::Sweep& sweep, const std::string& output,
                                   const std::string& plot);

absl::StatusOr<v1::SweepStatus> SubmitSweep(CoordinatorClient& client, const v1::Sweep& sweep,
                                            const std::string& request_id, bool dry_run);

}  // namespace rad::cli
