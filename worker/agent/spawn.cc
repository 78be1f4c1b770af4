#include "worker/agent/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

constexpr int kCannotExec = 127;  // as shells report it

struct Pipe {
  int read_end = -1, write_end = -1;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe for an executor");
  return Pipe{ends[0], ends[1]};
}

void ClosePipe(const Pipe& pipe) {
  close(pipe.read_end);
  close(pipe.write_end);
}

// Every "NAME=value" of the agent's environment that `overrides` does not replace, and `overrides`.
std::vector<std::string> MergeEnvironment(const std::vector<std::string>& overrides) {
  std::vector<std::string> merged = overrides;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view own = *entry;
    const std::string_view name = own.substr(0, own.find('=') + 1);
    bool replaced = false;
    for (const std::string& item : overrides)
      replaced |= std::string_view(item).substr(0, name.size()) == name;
    if (!replaced) merged.emplace_back(own);
  }
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& item : strings) pointers.push_back(item.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Blocked in a child from its first moment until it is ready for it.
sigset_t RoomSignal() {
  sigset_t room;
  sigemptyset(&room);
  sigaddset(&room, SIGUSR1);
  return room;
}

// Between fork and exec: only calls that are safe while other threads' locks are frozen.
[[noreturn]] void BecomeExecutor(pid_t agent, int output_fd, int report_fd, char** arguments,
                                 char** environment) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != agent) _exit(kCannotExec);  // the agent died before the line above took effect
  // First out of the way of the numbers they are to get, so that no dup2 overwrites the other.
  const int output = fcntl(output_fd, F_DUPFD, 16);
  const int report = fcntl(report_fd, F_DUPFD, 16);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  dup2(report, kReportFd);
  close_range(kReportFd + 1, ~0U, 0);
  const sigset_t room = RoomSignal();
  sigprocmask(SIG_SETMASK, &room, nullptr);
  execve(arguments[0], arguments, environment);
  _exit(kCannotExec);
}

}  // namespace

absl::StatusOr<Spawned> Spawn(const ExecutorCommand& command) {
  if (access(command.program.c_str(), X_OK) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot run ", command.program, ": it must lie beside rad-worker and be executable"));
  }
  auto output = MakePipe();
  if (!output.ok()) return output.status();
  auto report = MakePipe();
  if (!report.ok()) {
    ClosePipe(*output);
    return report.status();
  }
  std::vector<std::string> arguments = {command.program};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment = MergeEnvironment(command.environment);
  const std::vector<char*> argv = Pointers(arguments), envp = Pointers(environment);

  const pid_t agent = getpid();
  const sigset_t room = RoomSignal();
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &room, &before);
  const pid_t pid = fork();
  if (pid == 0) {
    BecomeExecutor(agent, output->write_end, report->write_end, const_cast<char**>(argv.data()),
                   const_cast<char**>(envp.data()));
  }
  const int fork_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    const absl::Status error = absl::ErrnoToStatus(fork_error, "cannot start an executor");
    ClosePipe(*output);
    ClosePipe(*report);
    return error;
  }
  setpgid(pid, pid);  // here as well as in the child: whoever comes first
  close(output->write_end);
  close(report->write_end);
  for (const int fd : {output->read_end, report->read_end}) fcntl(fd, F_SETFL, O_NONBLOCK);
  return Spawned{pid, output->read_end, report->read_end};
}

}  // namespace rad
