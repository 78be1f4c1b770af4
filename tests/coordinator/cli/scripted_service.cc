#include "tests/coordinator/cli/scripted_service.h"

#include <csignal>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/cli/radctl.h"

namespace rad::cli {

class ScriptedCoordinator::JobCalls : public v1::JobService::Service {
 public:
  JobCalls(absl::Mutex& mutex, Script& script) : mutex_(mutex), script_(script) {}

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitRequest* request,
                      v1::JobStatus* response) override {
    absl::MutexLock lock(&mutex_);
    script_.submitted.push_back(*request);
    return NextStatus(response);
  }
  grpc::Status Plan(grpc::ServerContext*, const v1::PlanRequest*, v1::PlanResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response = script_.plan;
    return script_.error;
  }
  grpc::Status Get(grpc::ServerContext*, const v1::GetRequest*, v1::JobStatus* response) override {
    absl::MutexLock lock(&mutex_);
    return NextStatus(response);
  }
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest* request,
                    v1::ListResponse* response) override {
    absl::MutexLock lock(&mutex_);
    script_.listed.push_back(*request);
    std::size_t page = 0;
    if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &page)) std::abort();
    if (page < script_.pages.size()) *response = script_.pages[page];
    return script_.error;
  }
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::Event>* writer) override {
    std::vector<v1::Event> events;
    bool ends = false;
    bool lost = false;
    bool interrupt = false;
    {
      absl::MutexLock lock(&mutex_);
      script_.watched_after.push_back(request->after_sequence());
      ends = !script_.watches.empty();
      interrupt = script_.interrupt_on_watch;
      if (ends) {
        events = std::move(script_.watches.front());
        script_.watches.pop_front();
        lost = !script_.watches.empty();
      }
    }
    for (const v1::Event& event : events) writer->Write(event);
    if (interrupt) std::raise(SIGINT);
    while (!ends && !context->IsCancelled()) absl::SleepFor(absl::Milliseconds(5));
    return lost ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "lost") : grpc::Status::OK;
  }
  grpc::Status Cancel(grpc::ServerContext*, const v1::CancelRequest* request,
                      v1::JobStatus* response) override {
    absl::MutexLock lock(&mutex_);
    script_.cancelled.push_back(*request);
    return NextStatus(response);
  }
  grpc::Status Scores(grpc::ServerContext*, const v1::ScoresRequest*, v1::Ranked* response) override {
    absl::MutexLock lock(&mutex_);
    *response = script_.ranking;
    return script_.error;
  }
  grpc::Status Logs(grpc::ServerContext*, const v1::LogsRequest* request,
                    grpc::ServerWriter<v1::LogLine>* writer) override {
    absl::MutexLock lock(&mutex_);
    script_.logs_asked.push_back(*request);
    for (const v1::LogLine& line : script_.logs) writer->Write(line);
    return script_.error;
  }
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                           v1::ListWorkersResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response = script_.workers;
    return script_.error;
  }
  grpc::Status Explain(grpc::ServerContext*, const v1::GetRequest*, v1::Explanation* response) override {
    absl::MutexLock lock(&mutex_);
    *response = script_.explanation;
    return script_.error;
  }
  grpc::Status DrainWorker(grpc::ServerContext*, const v1::DrainWorkerRequest* request,
                           v1::WorkerStatus* response) override {
    absl::MutexLock lock(&mutex_);
    script_.drained.push_back(*request);
    if (!script_.workers.workers().empty()) *response = script_.workers.workers(0);
    return script_.error;
  }
  grpc::Status ListQueues(grpc::ServerContext*, const v1::ListQueuesRequest*,
                          v1::ListQueuesResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response = script_.queues;
    return script_.error;
  }
  grpc::Status PutQueue(grpc::ServerContext*, const v1::Queue* request, v1::Queue* response) override {
    absl::MutexLock lock(&mutex_);
    script_.queues_put.push_back(*request);
    *response = *request;
    return script_.error;
  }
  grpc::Status DeleteQueue(grpc::ServerContext*, const v1::DeleteQueueRequest* request,
                           v1::DeleteQueueResponse*) override {
    absl::MutexLock lock(&mutex_);
    script_.queues_deleted.push_back(request->name());
    return script_.error;
  }
  grpc::Status Version(grpc::ServerContext*, const v1::VersionRequest*,
                       v1::VersionResponse* response) override {
    response->set_version("9.9.9");
    response->set_protocol_version(7);
    return grpc::Status::OK;
  }

 private:
  grpc::Status NextStatus(v1::JobStatus* response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!script_.error.ok()) return script_.error;
    if (script_.statuses.empty()) return {grpc::StatusCode::NOT_FOUND, "no job 'x'"};
    *response = script_.statuses.front();
    if (script_.statuses.size() > 1) script_.statuses.pop_front();
    return grpc::Status::OK;
  }

  absl::Mutex& mutex_;
  Script& script_;
};

class ScriptedCoordinator::ArtifactCalls : public v1::ArtifactService::Service {
 public:
  ArtifactCalls(absl::Mutex& mutex, Script& script) : mutex_(mutex), script_(script) {}

  grpc::Status GetManifest(grpc::ServerContext*, const v1::GetManifestRequest* request,
                           v1::Manifest* response) override {
    absl::MutexLock lock(&mutex_);
    const auto found = script_.manifests.find(request->artifact_id());
    if (found == script_.manifests.end()) return {grpc::StatusCode::NOT_FOUND, "no such artifact"};
    *response = found->second;
    return grpc::Status::OK;
  }
  grpc::Status GetChunk(grpc::ServerContext*, const v1::GetChunkRequest* request,
                        v1::GetChunkResponse* response) override {
    absl::MutexLock lock(&mutex_);
    const auto found = script_.chunks.find(request->sha256());
    if (found == script_.chunks.end()) return {grpc::StatusCode::DATA_LOSS, "no such chunk"};
    response->set_data(found->second);
    return grpc::Status::OK;
  }
  grpc::Status VerifyArtifact(grpc::ServerContext*, const v1::VerifyArtifactRequest* request,
                              v1::VerifyArtifactResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response = script_.verified[request->artifact_id()];
    return grpc::Status::OK;
  }
  grpc::Status ListArtifacts(grpc::ServerContext*, const v1::ListArtifactsRequest* request,
                             v1::ListArtifactsResponse* response) override {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, manifest] : script_.manifests) {
      if (request->job_id().empty() || manifest.job_id() == request->job_id())
        *response->add_artifacts() = manifest;
    }
    return grpc::Status::OK;
  }

 private:
  absl::Mutex& mutex_;
  Script& script_;
};

class ScriptedCoordinator::BackupCalls : public v1::BackupService::Service {
 public:
  BackupCalls(absl::Mutex& mutex, Script& script) : mutex_(mutex), script_(script) {}

  grpc::Status CreateBackup(grpc::ServerContext*, const v1::CreateBackupRequest*,
                            v1::Backup* response) override {
    absl::MutexLock lock(&mutex_);
    *response = *script_.backups.backups().rbegin();
    return grpc::Status::OK;
  }
  grpc::Status ListBackups(grpc::ServerContext*, const v1::ListBackupsRequest*,
                           v1::ListBackupsResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response = script_.backups;
    return grpc::Status::OK;
  }

 private:
  absl::Mutex& mutex_;
  Script& script_;
};

ScriptedCoordinator::ScriptedCoordinator(Script script)
    : script_(std::move(script)),
      job_calls_(std::make_unique<JobCalls>(mutex_, script_)),
      artifact_calls_(std::make_unique<ArtifactCalls>(mutex_, script_)),
      backup_calls_(std::make_unique<BackupCalls>(mutex_, script_)) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(job_calls_.get());
  builder.RegisterService(artifact_calls_.get());
  builder.RegisterService(backup_calls_.get());
  server_ = builder.BuildAndStart();
}

ScriptedCoordinator::~ScriptedCoordinator() { server_->Shutdown(std::chrono::system_clock::now()); }

std::string ScriptedCoordinator::address() const { return absl::StrCat("127.0.0.1:", port_); }

Script ScriptedCoordinator::script() const {
  absl::MutexLock lock(&mutex_);
  return script_;
}

Outcome Radctl(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  Console console{.out = out, .err = err};
  const int exit_code = RunRadctl(arguments, console, [](const char*) { return nullptr; });
  return {exit_code, out.str(), err.str()};
}

Outcome Radctl(const ScriptedCoordinator& coordinator, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--addr", coordinator.address()});
  return Radctl(arguments);
}

v1::JobStatus JobIn(v1::State state, const std::string& id) {
  v1::JobStatus status;
  status.set_job_id(id);
  status.set_state(state);
  status.mutable_job()->set_kind(v1::Job::DISTILLATION);
  status.mutable_job()->mutable_metadata()->set_name("trial");
  return status;
}

}  // namespace rad::cli
