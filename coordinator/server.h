// server.h: the coordinator as a whole: stores, state, services, metrics, and the thread that ticks. What
// main runs and what tests start in process.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "coordinator/clock.h"
#include "coordinator/coordinator.h"

namespace rad {

struct ServerOptions {
  std::filesystem::path data_dir;
  std::filesystem::path backups;  // empty: data_dir/backups
  std::string listen = "127.0.0.1:7070";
  std::string metrics = "127.0.0.1:9090";  // empty: none
  absl::Duration lease = absl::Seconds(10);
  bool reflection = false;
  const Clock* clock = nullptr;  // null: the system's, with a thread that ticks; else the caller calls Tick
};

class CoordinatorServer {
 public:
  // On an error nothing listens and nothing is left running: data folder in use, port in use, ...
  static absl::StatusOr<std::unique_ptr<CoordinatorServer>> Start(const ServerOptions& options);
  virtual ~CoordinatorServer() = default;  // stops: sessions and streams get UNAVAILABLE

  virtual int grpc_port() const = 0;
  virtual int metrics_port() const = 0;  // 0: none
  virtual Coordinator& coordinator() = 0;
};

}  // namespace rad
