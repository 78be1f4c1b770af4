#include "tests/coordinator/service_fixture.h"

#include "absl/strings/str_cat.h"

namespace rad {

void ServiceTest::Start() {
  absl::StatusOr<std::unique_ptr<CoordinatorServer>> server = CoordinatorServer::Start(
      {.data_dir = folder_.path(), .listen = "127.0.0.1:0", .metrics = metrics_, .clock = &clock_});
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->grpc_port()),
                                 grpc::InsecureChannelCredentials());
  jobs_ = v1::JobService::NewStub(channel_);
  artifacts_ = v1::ArtifactService::NewStub(channel_);
}

void ServiceTest::Restart() {
  server_.reset();
  Start();
}

void ServiceTest::Advance(absl::Duration time) {
  clock_.Advance(time);
  server_->coordinator().Tick();
}

grpc::Status ServiceTest::TrySubmit(const v1::Job& job, const std::string& request_id,
                                    v1::JobStatus* status) {
  grpc::ClientContext context;
  v1::SubmitRequest request;
  request.set_request_id(request_id);
  *request.mutable_job() = job;
  return jobs_->Submit(&context, request, status);
}

v1::JobStatus ServiceTest::Submit(const v1::Job& job, const std::string& request_id) {
  v1::JobStatus status;
  const grpc::Status result = TrySubmit(job, request_id, &status);
  EXPECT_TRUE(result.ok()) << result.error_message();
  return status;
}

grpc::Status ServiceTest::TryCancel(const std::string& job, const std::string& request_id,
                                    v1::JobStatus* status) {
  grpc::ClientContext context;
  v1::CancelRequest request;
  request.set_request_id(request_id);
  request.set_job_id(job);
  return jobs_->Cancel(&context, request, status);
}

v1::JobStatus ServiceTest::Get(const std::string& job_id) {
  grpc::ClientContext context;
  v1::GetRequest request;
  request.set_job_id(job_id);
  v1::JobStatus status;
  const grpc::Status result = jobs_->Get(&context, request, &status);
  EXPECT_TRUE(result.ok()) << result.error_message();
  return status;
}

std::vector<v1::Event> ServiceTest::Events(const std::string& job_id) {
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job_id(job_id);
  auto reader = jobs_->Watch(&context, request);
  std::vector<v1::Event> events;
  v1::Event event;
  while (reader->Read(&event)) events.push_back(event);
  EXPECT_TRUE(reader->Finish().ok());
  return events;
}

std::vector<std::string> ServiceTest::Work(FakeWorker& worker, const std::string& job_id) {
  std::vector<std::string> stages;
  for (int tasks = 0; tasks < 100; ++tasks) {
    const v1::State state = Get(job_id).state();
    if (state != v1::PENDING && state != v1::RUNNING) return stages;
    const v1::Task task = worker.AwaitStart();
    if (HasFailure()) return stages;
    if (stages.empty() || stages.back() != task.stage()) stages.push_back(task.stage());
    worker.Finish(task, worker.Answer(task));
  }
  ADD_FAILURE() << "the job does not end";
  return stages;
}

v1::Task ServiceTest::StartAlignment(FakeWorker& worker) {
  v1::Task task = worker.AwaitStart();
  for (; task.stage() != "align" && !HasFailure(); task = worker.AwaitStart())
    worker.Finish(task, worker.Answer(task));
  return task;
}

grpc::Status ServiceTest::Latest(const v1::Task& task, v1::Manifest* manifest) {
  grpc::ClientContext context;
  v1::LatestCheckpointRequest request;
  request.set_task_digest(task.digest());
  return artifacts_->LatestCheckpoint(&context, request, manifest);
}

std::uint64_t ServiceTest::LatestStep(const v1::Task& task) {
  v1::Manifest manifest;
  EXPECT_TRUE(Latest(task, &manifest).ok());
  return manifest.step();
}

const v1::StageStatus& ServiceTest::Stage(const v1::JobStatus& status, const std::string& name) {
  for (const v1::StageStatus& stage : status.stages()) {
    if (stage.name() == name) return stage;
  }
  ADD_FAILURE() << "no stage " << name;
  return v1::StageStatus::default_instance();
}

}  // namespace rad
