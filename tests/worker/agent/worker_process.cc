#include "tests/worker/agent/worker_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

extern char** environ;

namespace rad {
namespace {

namespace fs = std::filesystem;

fs::path FreshFolder() {
  std::string name = testing::TempDir() + "rad_worker_XXXXXX";
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  return name;
}

std::string Content(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

WorkerProcess::WorkerProcess(const std::string& coordinator, const std::map<std::string, std::string>& flags)
    : folder_(FreshFolder()), data_folder_(folder_ / "data") {
  const fs::path bin = getenv("RAD_BIN");
  fs::copy_file(bin / "rad-worker", folder_ / "rad-worker");  // it looks for its executor beside itself
  fs::copy_file(bin / "scripted_executor", folder_ / "rad-executor");
  std::map<std::string, std::string> all = flags;
  all.insert({{"--coordinator", coordinator},
              {"--name", "w"},
              {"--data-dir", data_folder_},
              {"--metrics", "127.0.0.1:0"},
              {"--port-file", folder_ / "ports"},
              {"--threads", "3"}});
  std::vector<std::string> arguments = {folder_ / "rad-worker"};
  for (const auto& [name, value] : all) {
    arguments.push_back(name);
    arguments.push_back(value);
  }
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (folder_ / "log").c_str(), O_WRONLY | O_CREAT,
                                   0644);
  EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) {
    Signal(SIGKILL);
    Wait();
  }
  if (testing::Test::HasFailure()) std::fprintf(stderr, "--- the worker said:\n%s", Log().c_str());
  fs::remove_all(folder_);
}

void WorkerProcess::Signal(int signal) { kill(pid_, signal); }

int WorkerProcess::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

std::string WorkerProcess::Log() const { return Content(folder_ / "log"); }

int WorkerProcess::MetricsPort() const {
  for (int tries = 0; tries < 3000 && !fs::exists(folder_ / "ports"); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  int port = 0;
  EXPECT_EQ(std::sscanf(Content(folder_ / "ports").c_str(), "{\"metrics\": %d}", &port), 1);
  return port;
}

}  // namespace rad
