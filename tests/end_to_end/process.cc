#include "tests/end_to_end/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

extern char** environ;

namespace rad {

Process::Process(const std::string& program, std::vector<std::string> arguments,
                 const std::filesystem::path& log, std::vector<std::string> environment) {
  arguments.insert(arguments.begin(), std::filesystem::path(getenv("RAD_BIN")) / program);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::vector<char*> variables;
  for (std::string& variable : environment) variables.push_back(variable.data());
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  variables.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), variables.data()), 0) << argv[0];
  posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  if (pid_ > 0) Kill();
}

void Process::Kill() {
  KillProcess(pid_, SIGKILL);
  Wait();
}

bool Process::Ended() {
  if (pid_ <= 0) return true;
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == pid_;
}

int Process::Terminate() {
  KillProcess(pid_, SIGTERM);
  return Wait();
}

void KillProcess(pid_t pid, int signal) {
  ASSERT_GT(pid, 1) << "a signal to " << pid << " would reach processes that are not the test's";
  kill(pid, signal);
}

int Process::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

pid_t ChildOf(pid_t parent) {
  const std::string children =
      "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children";
  for (int tries = 0; tries < 3000; ++tries) {
    pid_t child = 0;
    if (std::ifstream(children) >> child) return child;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "process " << parent << " has no child";
  return -1;
}

pid_t HoldChildOf(pid_t parent) {
  for (int tries = 0; tries < 3000; ++tries) {
    const pid_t child = ChildOf(parent);
    if (child <= 1) break;
    kill(child, SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // until the kernel has stopped its threads
    std::ifstream status("/proc/" + std::to_string(child) + "/stat");
    std::string pid, name, state;
    if (status >> pid >> name >> state && state == "T") return child;
  }
  ADD_FAILURE() << "process " << parent << " has no child that can be held";
  return -1;
}

}  // namespace rad
