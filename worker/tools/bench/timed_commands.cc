#include "worker/tools/bench/timed_commands.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace rad {
namespace {

pid_t Start(const TimedCommand& command) {
  std::vector<char*> argv;
  for (const std::string& word : command.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::string threads = absl::StrCat(command.threads);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int output = open(command.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (output < 0) _exit(126);
  dup2(output, STDOUT_FILENO);
  if (command.threads > 0) setenv("OMP_NUM_THREADS", threads.c_str(), 1);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

absl::StatusOr<double> RunSeconds(const std::vector<TimedCommand>& commands) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<pid_t> pids;
  for (const TimedCommand& command : commands) pids.push_back(Start(command));
  absl::Status status;
  for (std::size_t i = 0; i < pids.size(); ++i) {
    int ended = 0;
    const bool ok =
        pids[i] > 0 && waitpid(pids[i], &ended, 0) == pids[i] && WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
    if (!ok) status.Update(absl::InternalError(absl::StrCat(commands[i].argv[0], " failed (", ended, ")")));
  }
  if (!status.ok()) return status;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::filesystem::path ProgramsFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace rad
