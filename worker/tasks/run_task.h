// run_task.h: an executor's whole life: read the task, do it, publish, report, leave.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"
#include "worker/task_host.h"

namespace rad {

// What is done with a task: DoWork, in the real executor.
using DoWorkFunction = std::function<absl::StatusOr<v1::TaskResult>(const v1::Work&, TaskHost&,
                                                                    const std::filesystem::path& output)>;

struct RunTaskOptions {
  std::filesystem::path folder;       // of the attempt, with task.pb
  std::filesystem::path data_folder;  // of the worker
  std::string coordinator;            // HOST:PORT
  int report_fd = -1;
};

// Returns the process's exit code: 0 when a report, be it of success or failure, has reached the agent.
int RunTask(const RunTaskOptions& options, const DoWorkFunction& do_work);

}  // namespace rad
