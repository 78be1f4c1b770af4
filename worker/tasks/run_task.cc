#include "worker/tasks/run_task.h"

#include <exception>
#include <fstream>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/tasks/executor_host.h"
#include "worker/tasks/failure.h"
#include "worker/tasks/reporter.h"
#include "worker/tasks/stop_signal.h"
#include "worker/wire/channel.h"

namespace rad {
namespace {

// Exceptions of LibTorch and of the standard library end here.
absl::StatusOr<v1::TaskResult> Compute(const v1::Task& task, ExecutorHost& host,
                                       const DoWorkFunction& do_work) {
  try {
    auto result = do_work(task.work(), host, host.Output());
    if (!result.ok()) return result;
    const auto artifact_id = host.Publish();
    if (!artifact_id.ok()) return artifact_id.status();
    result->set_artifact_id(*artifact_id);
    result->set_seconds(host.Seconds());
    return result;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

v1::TaskFinished ReportOf(absl::StatusOr<v1::TaskResult> result) {
  v1::TaskFinished report;
  if (result.ok()) {
    *report.mutable_result() = *std::move(result);
  } else {
    *report.mutable_failure() = FailureOf(result.status());
  }
  return report;
}

}  // namespace

int RunTask(const RunTaskOptions& options, const DoWorkFunction& do_work) {
  v1::Task task;
  std::ifstream in(options.folder / "task.pb", std::ios::binary);
  if (!in || !task.ParseFromIstream(&in)) {
    std::cerr << "rad-executor: cannot read " << (options.folder / "task.pb").string() << "\n";
    return 1;
  }
  CatchStopSignal();
  Reporter reporter(options.report_fd);
  ExecutorHost host(task, CoordinatorChannel(options.coordinator),
                    {.attempt = options.folder, .cache = options.data_folder / "cache"}, reporter,
                    StopSignalled);
  auto result = Compute(task, host, do_work);
  if (!result.ok()) std::cerr << result.status() << "\n";
  const absl::Status sent = reporter.Finish(ReportOf(std::move(result)));
  return sent.ok() ? 0 : 1;
}

}  // namespace rad
