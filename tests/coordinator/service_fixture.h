// service_fixture.h: a real coordinator in this process, on a loopback port, with its stores in a folder of
// the test and a clock that the test moves.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/server.h"
#include "rad/v1/artifact.grpc.pb.h"
#include "rad/v1/service.grpc.pb.h"
#include "tests/coordinator/fake_worker.h"
#include "tests/storage/temp_folder.h"

namespace rad {

class ManualClock : public Clock {
 public:
  absl::Time Wall() const override { return absl::FromUnixSeconds(1'700'000'000) + Monotonic(); }
  absl::Duration Monotonic() const override { return absl::Milliseconds(millis_.load()); }
  void Advance(absl::Duration time) { millis_ += absl::ToInt64Milliseconds(time); }

 private:
  std::atomic<std::int64_t> millis_ = 1'000'000;
};

class ServiceTest : public ::testing::Test {
 protected:
  // `metrics`: where /metrics is served; empty: nowhere.
  explicit ServiceTest(const std::string& metrics = "") : metrics_(metrics) { Start(); }

  void Start();
  // On the same folder; sessions end, and all that was not stored is forgotten.
  void Restart();
  void Advance(absl::Duration time);

  v1::JobStatus Submit(const v1::Job& job, const std::string& request_id = "");
  grpc::Status TrySubmit(const v1::Job& job, const std::string& request_id, v1::JobStatus* status);
  grpc::Status TryCancel(const std::string& job, const std::string& request_id, v1::JobStatus* status);
  v1::JobStatus Get(const std::string& job_id);
  // Every event of a job that has ended.
  std::vector<v1::Event> Events(const std::string& job_id);
  // Lets `worker` do every task until the job ends; the stages worked on, in order, each once.
  std::vector<std::string> Work(FakeWorker& worker, const std::string& job_id);
  // Does what comes before the job's alignment, which the worker then runs.
  static v1::Task StartAlignment(FakeWorker& worker);
  grpc::Status Latest(const v1::Task& task, v1::Manifest* manifest);  // checkpoint
  std::uint64_t LatestStep(const v1::Task& task);
  std::shared_ptr<grpc::Channel> channel() { return channel_; }

  static const v1::StageStatus& Stage(const v1::JobStatus& status, const std::string& name);

  const std::string metrics_;
  TempFolder folder_;
  ManualClock clock_;
  std::unique_ptr<CoordinatorServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::ArtifactService::Stub> artifacts_;
};

}  // namespace rad
