#include "worker/agent/attempt.h"

#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/failpoint.h"
#include "worker/agent/exit_report.h"
#include "worker/agent/log.h"
#include "worker/wire/fence.h"

namespace rad {
namespace {

ExecutorCommand CommandFor(const std::filesystem::path& folder, const AttemptSettings& settings) {
  return {.program = settings.executor,
          .arguments = {"run-task", "--folder", folder.string(), "--data-dir", settings.data_folder.string(),
                        "--coordinator", settings.coordinator, "--report-fd", absl::StrCat(kReportFd)},
          .environment = {absl::StrCat("OMP_NUM_THREADS=", settings.threads), "OMP_WAIT_POLICY=passive"}};
}

absl::Status WriteTask(const v1::Task& task, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  if (task.SerializeToOstream(&out) && out.flush()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", file.string(), ": is the disk full?"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Attempt>> Attempt::Start(const v1::Task& task,
                                                        const std::filesystem::path& folder,
                                                        const AttemptSettings& settings, EventLoop& loop,
                                                        AttemptEvents events) {
  std::unique_ptr<Attempt> attempt(new Attempt(task, folder, std::move(events)));
  if (absl::Status written = WriteTask(task, folder / "task.pb"); !written.ok()) return written;
  Failpoint("agent_before_start");
  Attempt* self = attempt.get();
  auto executor = Executor::Start(CommandFor(folder, settings), loop,
                                  {.report = [self](const std::string& frame) { self->Take(frame); },
                                   .lines =
                                       [self](std::vector<std::string> lines) {
                                         self->log_.Add(std::move(lines));
                                         self->events_.printed();
                                       },
                                   .exited = [self](int wait_status) { self->Exited(wait_status); }});
  if (!executor.ok()) return executor.status();
  attempt->executor_ = std::move(*executor);
  Failpoint("agent_started");
  return attempt;
}

Attempt::~Attempt() {
  executor_.reset();  // before its folder goes
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
  if (error) Log(absl::StrCat("cannot remove ", folder_.string(), ": ", error.message()));
}

void Attempt::Stop(absl::Duration grace) {
  stopping_ = true;
  executor_->Stop(grace);
}

void Attempt::Take(const std::string& frame) {
  v1::WorkerMessage message;
  if (!message.ParseFromString(frame)) {
    Log(absl::StrCat("task ", task_.task_id(), ": its executor sent a report that cannot be read"));
  } else if (message.has_progress()) {
    progress_ = message.progress().progress();
    events_.progressed();
  } else if (message.has_finished()) {
    report_ = message.finished();
  }
}

void Attempt::Exited(int wait_status) {
  v1::TaskFinished report;
  if (report_) {
    report = *report_;
  } else if (stopping_) {
    report.mutable_failure()->set_reason(v1::TaskFailure::CANCELLED);
    report.mutable_failure()->set_message("stopped");
  } else {
    *report.mutable_failure() = CrashOf(wait_status, log_.last_lines());
  }
  *report.mutable_fence() = FenceOf(task_);
  Failpoint("agent_before_report");
  const auto finished = std::move(events_.finished);
  finished(std::move(report));  // may destroy this
}

}  // namespace rad
