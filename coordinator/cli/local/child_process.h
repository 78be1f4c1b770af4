// child_process.h: a program of ours run as a child that does not outlive us.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rad::cli {

class ChildProcess {
 public:
  // Output of both kinds is appended to `log`. The child leads a process group of its own, so that Ctrl-C on
  // the terminal reaches us alone and we stop things in order; if we die first, the kernel sends it SIGTERM.
  // Call from the main thread: that is whose death the kernel looks at.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const std::filesystem::path& program,
                                                             const std::vector<std::string>& arguments,
                                                             const std::filesystem::path& log);
  ~ChildProcess();  // Stop(zero)
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // OK while it runs; else how it ended, with the last lines of its log.
  absl::Status CheckRunning();

  // SIGTERM, and SIGKILL to the whole group after `grace`.
  void Stop(absl::Duration grace);

 private:
  ChildProcess(pid_t pid, std::string name, std::filesystem::path log, std::uintmax_t log_begin)
      : pid_(pid), name_(std::move(name)), log_(std::move(log)), log_begin_(log_begin) {}

  bool Reap(int wait_options);  // true once it has ended

  pid_t pid_;
  std::string name_;
  std::filesystem::path log_;
  std::uintmax_t log_begin_;  // what is before is of earlier processes
  bool ended_ = false;
  int wait_status_ = 0;
};

}  // namespace rad::cli
