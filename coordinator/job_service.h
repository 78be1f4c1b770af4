// job_service.h: JobService over the coordinator: defaults, validation, pages, streams.
#pragma once

#include "coordinator/coordinator.h"
#include "rad/v1/service.grpc.pb.h"

namespace rad {

class JobServiceImpl final : public v1::JobService::Service {
 public:
  explicit JobServiceImpl(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitRequest* request,
                      v1::JobStatus* response) override;
  grpc::Status Plan(grpc::ServerContext*, const v1::PlanRequest* request,
                    v1::PlanResponse* response) override;
  grpc::Status Get(grpc::ServerContext*, const v1::GetRequest* request, v1::JobStatus* response) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest* request,
                    v1::ListResponse* response) override;
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::Event>* writer) override;
  grpc::Status Cancel(grpc::ServerContext*, const v1::CancelRequest* request,
                      v1::JobStatus* response) override;
  grpc::Status Scores(grpc::ServerContext*, const v1::ScoresRequest* request, v1::Ranked* response) override;
  grpc::Status Logs(grpc::ServerContext* context, const v1::LogsRequest* request,
                    grpc::ServerWriter<v1::LogLine>* writer) override;
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                           v1::ListWorkersResponse* response) override;
  grpc::Status Explain(grpc::ServerContext*, const v1::GetRequest* request,
                       v1::Explanation* response) override;
  grpc::Status DrainWorker(grpc::ServerContext*, const v1::DrainWorkerRequest* request,
                           v1::WorkerStatus* response) override;
  grpc::Status ListQueues(grpc::ServerContext*, const v1::ListQueuesRequest*,
                          v1::ListQueuesResponse* response) override;
  grpc::Status PutQueue(grpc::ServerContext*, const v1::Queue* request, v1::Queue* response) override;
  grpc::Status DeleteQueue(grpc::ServerContext*, const v1::DeleteQueueRequest* request,
                           v1::DeleteQueueResponse* response) override;
  grpc::Status Version(grpc::ServerContext*, const v1::VersionRequest*,
                       v1::VersionResponse* response) override;

 private:
  Coordinator& coordinator_;
};

}  // namespace rad
