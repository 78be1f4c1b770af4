#include "worker/tasks/run_task.h"

#include <exception>
#include <fstream>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/failpoint.h"
#include "worker/tasks/executor_host.h"
#include "worker/tasks/failure.h"
#include "worker/tasks/reporter.h"
#include "worker/tasks/stop_signal.h"
#include "worker/wire/channel.h"
#include "worker/wire/local_address.h"

namespace rad {
namespace {

absl::StatusOr<v1::TaskResult> Compute(const v1::Task& task, ExecutorHost& host,
                                       const DoWorkFunction& do_work) {
  auto result = do_work(task.work(), host, host.Output());
  if (!result.ok()) return result;
  const auto artifact_id = host.Publish();
  if (!artifact_id.ok()) return artifact_id.status();
  Failpoint("executor_published");
  result->set_artifact_id(*artifact_id);
  result->set_seconds(host.Seconds());
  return result;
}

v1::TaskFinished Failed(const v1::TaskFailure& failure) {
  std::cerr << failure.message() << "\n";
  v1::TaskFinished report;
  *report.mutable_failure() = failure;
  return report;
}

// One that was asked to make room has saved what it did before it ends.
v1::TaskFailure FailureIn(const absl::Status& status) {
  v1::TaskFailure failure = FailureOf(status);
  const bool made_room = absl::IsCancelled(status) && RoomSignalled() && !StopSignalled();
  if (made_room) failure.set_reason(v1::TaskFailure::PREEMPTED);
  return failure;
}

// A rank that is told to stop while it waits for others lost nobody.
v1::TaskFailure PeerLostFailure(const PeerLost& lost) {
  v1::TaskFailure failure = FailureOf(absl::CancelledError(lost.what()));
  if (!StopSignalled()) failure.set_reason(v1::TaskFailure::PEER_LOST);
  return failure;
}

// Exceptions of LibTorch and of the standard library end here.
v1::TaskFinished ReportOf(const v1::Task& task, ExecutorHost& host, const DoWorkFunction& do_work) {
  try {
    auto result = Compute(task, host, do_work);
    if (!result.ok()) return Failed(FailureIn(result.status()));
    v1::TaskFinished report;
    *report.mutable_result() = *std::move(result);
    return report;
  } catch (const PeerLost& lost) {
    return Failed(PeerLostFailure(lost));
  } catch (const std::bad_alloc&) {
    return Failed(FailureOf(absl::ResourceExhaustedError("out of memory")));
  } catch (const std::exception& error) {
    return Failed(FailureOf(absl::InternalError(error.what())));
  }
}

v1::TaskFinished DoTask(const v1::Task& task, const RunTaskOptions& options, Reporter& reporter,
                        const DoWorkFunction& do_work) {
  const bool gang = task.world_size() > 1;
  const absl::StatusOr<std::string> address = gang ? AddressTowards(options.coordinator) : std::string();
  if (!address.ok()) return Failed(FailureOf(address.status()));
  ExecutorHost host(task, CoordinatorChannel(options.coordinator), *address,
                    {.attempt = options.folder,
                     .cache = options.data_folder / "cache",
                     .tokens = options.data_folder / "tokens"},
                    reporter, {.stop = StopSignalled, .room = RoomSignalled});
  return ReportOf(task, host, do_work);
}

}  // namespace

int RunTask(const RunTaskOptions& options, const DoWorkFunction& do_work) {
  v1::Task task;
  std::ifstream in(options.folder / "task.pb", std::ios::binary);
  if (!in || !task.ParseFromIstream(&in)) {
    std::cerr << "rad-executor: cannot read " << (options.folder / "task.pb").string() << "\n";
    return 1;
  }
  CatchStopSignals();
  Reporter reporter(options.report_fd);
  return reporter.Finish(DoTask(task, options, reporter, do_work)).ok() ? 0 : 1;
}

}  // namespace rad
