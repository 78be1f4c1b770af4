// A coordinator and a worker on loopback, each to be killed and started again.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/end_to_end/process.h"

namespace rad {

class Service {
 public:
  explicit Service(const std::filesystem::path& folder);
  ~Service();

  std::string address() const;
  void RestartCoordinator();  // after SIGKILL, on the same port and data
  void RestartWorker();       // after SIGKILL
  void KillExecutor();        // of the task that runs now

 private:
  void StartCoordinator(int port);
  void StartWorker();

  const std::filesystem::path folder_;
  int port_ = 0;
  std::unique_ptr<Process> coordinator_, worker_;
};

}  // namespace rad
