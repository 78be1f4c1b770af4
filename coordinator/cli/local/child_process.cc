#include "coordinator/cli/local/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace rad::cli {
namespace {

constexpr int kExecFailed = 127;  // as shells have it
constexpr absl::Duration kPoll = absl::Milliseconds(20);
constexpr std::streamoff kLogTailBytes = 2000;

// Between fork and exec: only what is safe there.
[[noreturn]] void BecomeProgram(char* const* argv, int log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(0);  // it died before the line above
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) _exit(kExecFailed);
  if (dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) _exit(kExecFailed);
  signal(SIGPIPE, SIG_DFL);
  execv(argv[0], argv);
  _exit(kExecFailed);
}

std::string HowItEnded(int wait_status) {
  if (WIFSIGNALED(wait_status)) return absl::StrCat("was ended by ", strsignal(WTERMSIG(wait_status)));
  return absl::StrCat("ended with status ", WEXITSTATUS(wait_status));
}

std::string LogTail(const std::filesystem::path& log, std::streamoff begin) {
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  file.seekg(std::max(begin, size - kLogTailBytes));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const std::filesystem::path& program,
                                                                  const std::vector<std::string>& arguments,
                                                                  const std::filesystem::path& log) {
  if (access(program.c_str(), X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat("cannot run ", program.string(), ": ", std::strerror(errno),
                                            "; it belongs beside radctl"));
  }
  const int log_fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_fd < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write ", log.string(), ": ", std::strerror(errno)));
  }
  std::error_code error;
  const std::uintmax_t log_begin = std::filesystem::file_size(log, error);
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(argv.data(), log_fd, parent);
  close(log_fd);
  if (pid < 0)
    return absl::ResourceExhaustedError(absl::StrCat("cannot start a process: ", std::strerror(errno)));
  return std::unique_ptr<ChildProcess>(
      new ChildProcess(pid, program.filename().string(), log, error ? 0 : log_begin));
}

ChildProcess::~ChildProcess() { Stop(absl::ZeroDuration()); }

bool ChildProcess::Reap(int wait_options) {
  if (!ended_ && waitpid(pid_, &wait_status_, wait_options) == pid_) ended_ = true;
  return ended_;
}

absl::Status ChildProcess::CheckRunning() {
  if (!Reap(WNOHANG)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(name_, " ", HowItEnded(wait_status_), "; the end of ",
                                          log_.string(), ":\n",
                                          LogTail(log_, static_cast<std::streamoff>(log_begin_))));
}

void ChildProcess::Stop(absl::Duration grace) {
  if (Reap(WNOHANG)) return;
  kill(pid_, SIGTERM);
  const absl::Time deadline = absl::Now() + grace;
  while (!Reap(WNOHANG) && absl::Now() < deadline) absl::SleepFor(kPoll);
  if (ended_) return;
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);  // in case it has not become a group's leader yet
  Reap(0);
}

}  // namespace rad::cli
