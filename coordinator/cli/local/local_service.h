// local_service.h: a coordinator and a worker of our own on this machine, for `radctl run --local`.
// They are the real programs, reached over the same gRPC as any others; only who starts and stops them
// differs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/local/child_process.h"

namespace rad::cli {

struct LocalPorts {
  int grpc = 0;
  int metrics = 0;
};

class LocalService {
 public:
  // Starts both from `programs` (the folder of radctl), keeping their state and logs below `data_dir`, and
  // returns when a worker has registered. An error stops what was started.
  static absl::StatusOr<std::unique_ptr<LocalService>> Start(const std::filesystem::path& programs,
                                                             const std::filesystem::path& data_dir);
  ~LocalService();  // worker first, so that it can tell the coordinator; each in good time, then by force

  std::string address() const;
  std::string metrics_url() const;

  // An error when one of the two has ended.
  absl::Status CheckRunning();

 private:
  LocalService() = default;

  LocalPorts ports_;
  std::unique_ptr<ChildProcess> coordinator_;
  std::unique_ptr<ChildProcess> worker_;
};

}  // namespace rad::cli
