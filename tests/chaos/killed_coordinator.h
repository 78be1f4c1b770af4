// A rad-coordinator that is killed and started again on the same data.
#pragma once

#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/end_to_end/process.h"

namespace rad {

class KilledCoordinator {
 public:
  // With the longest lease no task is ever taken from the worker that was given it.
  explicit KilledCoordinator(std::filesystem::path folder, int lease_seconds = 3600)
      : folder_(std::move(folder)), lease_seconds_(lease_seconds) {}

  // Waits until it listens; false when it died before. `failpoint`: NAME:COUNT at which it dies
  // (proto/failpoint.h).
  bool Start(const std::string& failpoint = "");
  // Without waiting for anything.
  void Launch(const std::string& failpoint = "");
  void Kill() { process_->Kill(); }
  // Restores the newest backup instead, and waits for the end.
  void Restore(const std::filesystem::path& backups, const std::string& failpoint = "");
  pid_t pid() const { return process_->pid(); }
  bool Died() { return process_->Ended(); }
  // Whether the last failpoint was reached.
  bool ReachedFailpoint() const;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  std::filesystem::path data() const { return folder_ / "data"; }
  std::filesystem::path log() const { return folder_ / "coordinator.log"; }

 private:
  void Run(const std::vector<std::string>& arguments, const std::string& failpoint);

  const std::filesystem::path folder_;
  const int lease_seconds_;
  std::unique_ptr<Process> process_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace rad
