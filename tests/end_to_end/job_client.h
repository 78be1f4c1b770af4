// A user of the service: submits, follows and reads results over gRPC.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "rad/v1/artifact.grpc.pb.h"
#include "rad/v1/service.grpc.pb.h"

namespace rad {

class JobClient {
 public:
  explicit JobClient(const std::string& address);

  // Through restarts of the coordinator.
  std::string Submit(const v1::Job& job, const std::string& request_id);
  // Follows the job's events until `reached` holds for its status, through restarts of the coordinator. Fails
  // the test when the job ends before, or after some minutes.
  v1::JobStatus Follow(const std::string& job_id, const std::function<bool(const v1::JobStatus&)>& reached);
  v1::JobStatus Finish(const std::string& job_id);
  v1::JobStatus Get(const std::string& job_id);
  void Cancel(const std::string& job_id);
  v1::Ranked Scores(const std::string& job_id);
  v1::Manifest Artifact(const std::string& artifact_id);
  // Of the job's checkpoints of this stage; 0: there is none.
  std::uint64_t LatestCheckpointStep(const std::string& job_id, const std::string& stage);

 private:
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::ArtifactService::Stub> artifacts_;
};

// nullptr when the job has no such stage.
const v1::StageStatus* StageNamed(const v1::JobStatus& status, const std::string& name);

// Whether it runs and has done so many steps. Six are past the reference job's first checkpoint, with most
// still to do.
bool IsTraining(const v1::JobStatus& status, const std::string& stage, std::uint64_t steps = 6);

}  // namespace rad
