// attempt.h: one attempt at a task on this worker: its executor, its folder, what it printed and what it
// reported.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rad/v1/worker.pb.h"
#include "worker/agent/executor.h"
#include "worker/agent/log_buffer.h"

namespace rad {

struct AttemptSettings {
  std::string executor;     // path of rad-executor
  std::string coordinator;  // HOST:PORT, for the executor's artifacts
  std::filesystem::path data_folder;
  std::uint32_t threads = 1;
};

struct AttemptEvents {
  std::function<void()> progressed;
  std::function<void()> printed;
  std::function<void(v1::TaskFinished report)> finished;  // the last event; may destroy the Attempt
};

class Attempt {
 public:
  // Starts the executor in `folder`, which the Attempt removes when it ends.
  static absl::StatusOr<std::unique_ptr<Attempt>> Start(const v1::Task& task,
                                                        const std::filesystem::path& folder,
                                                        const AttemptSettings& settings, EventLoop& loop,
                                                        AttemptEvents events);
  ~Attempt();

  // SIGTERM, then SIGKILL after a grace in which it may end its step. The report, if none came yet, is
  // CANCELLED.
  void Stop(absl::Duration grace);
  // It may save its work and end as PREEMPTED.
  void AskForRoom() { executor_->AskForRoom(); }
  void Reap() { executor_->Reap(); }

  const v1::Task& task() const { return task_; }
  const v1::Progress& progress() const { return progress_; }
  LogBuffer& log() { return log_; }
  pid_t pid() const { return executor_->pid(); }

 private:
  Attempt(const v1::Task& task, const std::filesystem::path& folder, AttemptEvents events)
      : task_(task), folder_(folder), events_(std::move(events)) {}
  void Take(const std::string& frame);
  void Exited(int wait_status);

  v1::Task task_;
  std::filesystem::path folder_;
  AttemptEvents events_;
  v1::Progress progress_;
  LogBuffer log_;
  std::optional<v1::TaskFinished> report_;
  bool stopping_ = false;
  std::unique_ptr<Executor> executor_;
};

}  // namespace rad
