// job_watcher.h: follows one job: its events as they come, its status at least every second, over lost
// connections and coordinator restarts.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {

struct WatchOptions {
  std::string job_id;
  absl::Time deadline = absl::InfiniteFuture();         // then the status so far is returned
  absl::Duration patience = absl::Seconds(60);          // with a coordinator that does not answer
  std::function<bool()> interrupted;                    // asked several times a second; true ends the watch
  std::function<void(const v1::Event&)> on_event;       // in order, each once
  std::function<void(const v1::JobStatus&)> on_status;  // from the caller's thread, as on_event
};

// Returns the job's last known status: terminal, or not when interrupted or past the deadline. An error when
// the job does not exist, or the coordinator was away for longer than `patience`.
absl::StatusOr<v1::JobStatus> WatchJob(CoordinatorClient& client, const WatchOptions& options);

}  // namespace rad::cli
