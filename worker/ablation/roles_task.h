// roles_task.h: the task "classify heads", as the executor runs it. No torch in this header.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/head_role.h"
#include "worker/ablation/probe.h"
#include "worker/model/precision.h"
#include "worker/task_host.h"

namespace rad {

struct RolesTask {
  std::filesystem::path teacher;
  Precision precision = Precision::kFloat32;
  ProbeSpec probe;
  int examples = 0;
  std::vector<HeadId> heads;
};

// In the order of the task's heads.
absl::StatusOr<std::vector<HeadRole>> RunRolesTask(const RolesTask& task, TaskHost& host);

}  // namespace rad
