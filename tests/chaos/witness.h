// A client that remembers what a coordinator acknowledged, and looks after each of its deaths whether that is
// there: jobs that were submitted, checkpoints that were committed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "rad/v1/artifact.grpc.pb.h"
#include "rad/v1/backup.grpc.pb.h"
#include "rad/v1/service.grpc.pb.h"
#include "rad/v1/worker.pb.h"

namespace rad {

class Witness {
 public:
  explicit Witness(std::uint64_t seed) : random_(seed) {}

  // Has a job started, as a worker would, whose checkpoints it writes from then on.
  void Begin(const std::shared_ptr<grpc::Channel>& channel);
  // After a start of the coordinator.
  void Connect(const std::shared_ptr<grpc::Channel>& channel);

  // Submits a job or saves a checkpoint. False when the coordinator was gone: it is asked for the same again
  // the next time.
  bool Write();
  bool SaveCheckpoint();
  // Chunks that no manifest will ever name.
  bool WriteOrphans(int count);

  bool BackUp();
  // Every backup that is listed is whole.
  void CheckBackups();

  // What was acknowledged since the last check: it is there, whole, once.
  void CheckRecent();
  // All that was ever acknowledged, and every artifact that is listed.
  void CheckAll();

  int acknowledged() const { return acknowledged_; }

 private:
  bool Submit();
  bool PutChunk(const std::string& content);
  void CheckJob(const std::string& request_id, const std::string& job_id);
  void CheckLatest();
  void CheckArtifact(const v1::Manifest& manifest);
  // Whether the call was answered; any other failure than the coordinator's death fails the test.
  bool Answered(const grpc::Status& status, const char* call);

  std::mt19937_64 random_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::ArtifactService::Stub> artifacts_;
  std::unique_ptr<v1::BackupService::Stub> backups_;
  v1::Task task_;
  std::uint64_t next_job_ = 1, next_step_ = 1;
  std::map<std::string, std::string> job_of_, recent_;  // by request id
  std::uint64_t saved_step_ = 0;
  int acknowledged_ = 0;
};

}  // namespace rad
