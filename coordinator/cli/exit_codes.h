// exit_codes.h: what radctl's exit status says; scripts rely on these.
#pragma once

#include "absl/status/status.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitError = 1,
  kExitUsage = 2,  // wrong flags, or a spec that is not valid
  kExitNotFound = 3,
  kExitConflict = 4,
  kExitAuth = 5,
  kExitUnavailable = 6,  // or past its deadline: trying again may help
  kExitQuota = 7,
  kExitWouldQueue = 1,  // of `job plan`
  // Of commands that wait for a job.
  kExitJobFailed = 100,
  kExitNotFinished = 101,
  kExitJobCancelled = 103,
};

int ExitCodeOf(const absl::Status& status);

// Of a command that waited for a job; kExitNotFinished while it is under way.
int ExitCodeOf(v1::State state);

}  // namespace rad::cli
