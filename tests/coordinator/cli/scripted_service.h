// scripted_service.h: a coordinator that answers over real gRPC what a test has written down.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rad/v1/artifact.grpc.pb.h"
#include "rad/v1/backup.grpc.pb.h"
#include "rad/v1/service.grpc.pb.h"

namespace rad::cli {

// Fill the script before the calls, read the record after them.
struct Script {
  grpc::Status error;                  // of every call to JobService, when not OK
  std::deque<v1::JobStatus> statuses;  // of Submit, Get and Cancel, one a call; the last one stays
  // One a call to Watch; all streams but the last are lost after their events. With none left a stream stays
  // open.
  std::deque<std::vector<v1::Event>> watches;
  bool interrupt_on_watch = false;  // the user presses Ctrl-C once Watch has been called
  v1::PlanResponse plan;
  std::vector<v1::ListResponse> pages;  // page i has the token "i"
  v1::Ranked ranking;
  std::vector<v1::LogLine> logs;
  v1::ListWorkersResponse workers;
  v1::Explanation explanation;
  v1::ListQueuesResponse queues;
  std::map<std::string, v1::Manifest> manifests;
  std::map<std::string, std::string> chunks;                   // by SHA-256
  std::map<std::string, v1::VerifyArtifactResponse> verified;  // by artifact
  v1::ListBackupsResponse backups;                             // and of Create the last

  std::vector<v1::SubmitRequest> submitted;
  std::vector<v1::ListRequest> listed;
  std::vector<v1::CancelRequest> cancelled;
  std::vector<std::uint64_t> watched_after;
  std::vector<v1::LogsRequest> logs_asked;
  std::vector<v1::Queue> queues_put;
  std::vector<std::string> queues_deleted;
  std::vector<v1::DrainWorkerRequest> drained;
};

class ScriptedCoordinator {
 public:
  explicit ScriptedCoordinator(Script script);
  ~ScriptedCoordinator();

  std::string address() const;
  Script script() const;  // with what was recorded so far

 private:
  class JobCalls;
  class ArtifactCalls;
  class BackupCalls;

  mutable absl::Mutex mutex_;
  Script script_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<JobCalls> job_calls_;
  std::unique_ptr<ArtifactCalls> artifact_calls_;
  std::unique_ptr<BackupCalls> backup_calls_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// radctl as on a pipe, in an environment of its own: no context file, no RAD_ADDR.
Outcome Radctl(const std::vector<std::string>& arguments);

// The same with --addr.
Outcome Radctl(const ScriptedCoordinator& coordinator, std::vector<std::string> arguments);

v1::JobStatus JobIn(v1::State state, const std::string& id = "j1");

}  // namespace rad::cli
