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
  // The environments ("NAME=value") add to this program's own, in every life.
  explicit Service(const std::filesystem::path& folder, int workers = 1,
                   std::vector<std::string> coordinator_environment = {},
                   std::vector<std::string> worker_environment = {});
  ~Service();

  std::string address() const;
  void RestartCoordinator();  // after SIGKILL, on the same port and data
  void RestartWorker();       // the last one, after SIGKILL
  void KillWorker();          // the last one, for good
  void KillExecutor();        // of the task that the last worker runs now
  void HaltExecutor();        // the same by SIGSTOP: it stays, and stands still
  void Revive();              // starts again what has died by itself

 private:
  void StartCoordinator(int port);
  std::unique_ptr<Process> StartWorker(std::size_t number);

  const std::filesystem::path folder_;
  const std::vector<std::string> coordinator_environment_, worker_environment_;
  int port_ = 0;
  std::unique_ptr<Process> coordinator_;
  std::vector<std::unique_ptr<Process>> workers_;
};

}  // namespace rad
