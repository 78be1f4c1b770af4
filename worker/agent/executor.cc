#include "worker/agent/executor.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "worker/agent/log.h"
#include "worker/agent/spawn.h"
#include "worker/wire/monotonic.h"

namespace rad {
namespace {

// An executor that prints without end must not keep the loop from its leases; more than any pipe holds.
constexpr int kMaxReads = 64;

enum class PipeState { kOpen, kEnded };

// Hands all that can be read without waiting to `take`.
template <typename Take>
PipeState Drain(int fd, Take take) {
  char buffer[16384];
  for (int reads = 0; reads < kMaxReads; ++reads) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count > 0) take(std::string_view(buffer, static_cast<std::size_t>(count)));
    if (count == 0) return PipeState::kEnded;
    if (count < 0 && errno != EINTR) return errno == EAGAIN ? PipeState::kOpen : PipeState::kEnded;
  }
  return PipeState::kOpen;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Executor>> Executor::Start(const ExecutorCommand& command, EventLoop& loop,
                                                          ExecutorEvents events) {
  const auto spawned = Spawn(command);
  if (!spawned.ok()) return spawned.status();
  return std::unique_ptr<Executor>(
      new Executor(spawned->pid, spawned->output_fd, spawned->report_fd, loop, std::move(events)));
}

Executor::Executor(pid_t pid, int output_fd, int report_fd, EventLoop& loop, ExecutorEvents events)
    : pid_(pid), output_fd_(output_fd), report_fd_(report_fd), loop_(loop), events_(std::move(events)) {
  loop_.Watch(output_fd_, [this] { DrainOutput(); });
  loop_.Watch(report_fd_, [this] { DrainReports(); });
}

Executor::~Executor() {
  CloseOutput();
  CloseReports();
  if (reaped_) return;
  if (stopping_) loop_.Cancel(kill_timer_);
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Executor::AskForRoom() {
  if (!reaped_) kill(pid_, SIGUSR1);
}

void Executor::Stop(absl::Duration grace) {
  if (reaped_) return;
  const bool sooner = MonotonicNow() + grace < kill_timer_.first;
  if (stopping_ && !sooner) return;
  if (stopping_) loop_.Cancel(kill_timer_);
  stopping_ = true;
  kill(-pid_, SIGTERM);
  kill(-pid_, SIGCONT);  // one that somebody halted could not hear it
  kill_timer_ = loop_.After(grace, [this] { kill(-pid_, SIGKILL); });
}

void Executor::Reap() {
  siginfo_t info = {};
  if (reaped_ || waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return;
  if (info.si_pid != pid_) return;
  kill(-pid_, SIGKILL);  // whatever it left running; its own number is still ours until waitpid
  int wait_status = 0;
  while (waitpid(pid_, &wait_status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  if (stopping_) loop_.Cancel(kill_timer_);
  if (output_fd_ >= 0) DrainOutput();
  if (report_fd_ >= 0) DrainReports();
  CloseOutput();
  CloseReports();
  if (auto last = splitter_.Finish(); !last.empty()) events_.lines(std::move(last));
  const auto exited = std::move(events_.exited);
  exited(wait_status);  // may destroy this
}

void Executor::DrainOutput() {
  const PipeState state = Drain(output_fd_, [this](std::string_view bytes) {
    if (auto lines = splitter_.Append(bytes); !lines.empty()) events_.lines(std::move(lines));
  });
  if (state == PipeState::kEnded) CloseOutput();
}

void Executor::DrainReports() {
  const PipeState state = Drain(report_fd_, [this](std::string_view bytes) { frames_.Append(bytes); });
  while (true) {
    auto frame = frames_.Next();
    if (!frame.ok()) {
      Log(frame.status().message());
      if (!reaped_) kill(-pid_, SIGKILL);  // it no longer speaks our language
      return CloseReports();
    }
    if (!frame->has_value()) break;
    events_.report(std::move(**frame));
  }
  if (state == PipeState::kEnded) CloseReports();
}

void Executor::CloseOutput() {
  if (output_fd_ < 0) return;
  loop_.Unwatch(output_fd_);
  close(output_fd_);
  output_fd_ = -1;
}

void Executor::CloseReports() {
  if (report_fd_ < 0) return;
  loop_.Unwatch(report_fd_);
  close(report_fd_);
  report_fd_ = -1;
}

}  // namespace rad
