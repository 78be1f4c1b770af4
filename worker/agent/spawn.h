// spawn.h: fork and exec, with the pipes an executor needs.
#pragma once

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "worker/agent/executor.h"

namespace rad {

struct Spawned {
  pid_t pid;
  int output_fd;  // read end of the child's stdout and stderr; non-blocking
  int report_fd;  // read end of the child's kReportFd; non-blocking
};

// The child leads its own process group, has no other descriptor of the agent's, no blocked signals, an empty
// stdin, and is killed when the calling thread ends.
absl::StatusOr<Spawned> Spawn(const ExecutorCommand& command);

}  // namespace rad
