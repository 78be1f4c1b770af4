// executor.h: one child process in its own process group, watched from the event loop.
// A crash, an out-of-memory kill or a hang ends the child, never the agent; and the child never outlives it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/agent/event_loop.h"
#include "worker/agent/line_splitter.h"
#include "worker/wire/frame.h"

namespace rad {

// The descriptor on which the child writes its report frames.
inline constexpr int kReportFd = 3;

struct ExecutorCommand {
  std::string program;
  std::vector<std::string> arguments;    // without argv[0]
  std::vector<std::string> environment;  // "NAME=value": replaces or extends the agent's own
};

struct ExecutorEvents {
  std::function<void(std::string frame)> report;
  std::function<void(std::vector<std::string> lines)> lines;  // of stdout and stderr
  // The last event, after every frame and line; `wait_status` as waitpid gives it. May destroy the Executor.
  std::function<void(int wait_status)> exited;
};

class Executor {
 public:
  // Must be called from the thread that lives as long as the agent does: the kernel kills the child when the
  // thread that made it ends. INVALID_ARGUMENT when the program cannot be run; nothing is left behind.
  static absl::StatusOr<std::unique_ptr<Executor>> Start(const ExecutorCommand& command, EventLoop& loop,
                                                         ExecutorEvents events);
  // Kills what still runs, without an event.
  ~Executor();

  // SIGUSR1, which an executor also gets when it is not ready for it yet.
  void AskForRoom();
  // SIGTERM now, also to one that was halted by SIGSTOP; SIGKILL to the whole group after `grace`, or at the
  // time of an earlier call if that is sooner.
  void Stop(absl::Duration grace);
  // To be called on SIGCHLD; reports the exit if it was this child's.
  void Reap();
  pid_t pid() const { return pid_; }

 private:
  Executor(pid_t pid, int output_fd, int report_fd, EventLoop& loop, ExecutorEvents events);
  void DrainOutput();
  void DrainReports();
  void CloseOutput();
  void CloseReports();

  const pid_t pid_;
  int output_fd_, report_fd_;
  EventLoop& loop_;
  ExecutorEvents events_;
  LineSplitter splitter_;
  FrameReader frames_;
  bool reaped_ = false;
  bool stopping_ = false;
  EventLoop::TimerId kill_timer_;
};

}  // namespace rad
