// A coordinator and workers on loopback, each to be killed and started again.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/end_to_end/process.h"

namespace rad {

class Service {
 public:
  explicit Service(const std::filesystem::path& folder, int workers = 1);
  ~Service();

  std::string address() const;
  void RestartCoordinator();  // after SIGKILL, on the same port and data
  void RestartWorker();       // the last one, after SIGKILL
  void KillWorker();          // the last one, for good
  void KillExecutor();        // of the task that the last worker runs now

 private:
  void StartCoordinator(int port);
  std::unique_ptr<Process> StartWorker(std::size_t number);

  const std::filesystem::path folder_;
  int port_ = 0;
  std::unique_ptr<Process> coordinator_;
  std::vector<std::unique_ptr<Process>> workers_;
};

}  // namespace rad
