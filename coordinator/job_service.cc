#include "coordinator/job_service.h"

#include <deque>

#include "coordinator/bad_request.h"
#include "coordinator/queue_settings.h"
#include "coordinator/request_id.h"
#include "coordinator/spec_defaults.h"
#include "coordinator/spec_validation.h"
#include "proto/protocol_version.h"

namespace rad {
namespace {

// How long a stream sleeps at most before it looks whether its caller is still there.
constexpr absl::Duration kStreamPoll = absl::Milliseconds(500);

struct LogFilter {
  const v1::LogsRequest& request;
  bool Passes(const v1::LogLine& line) const {
    return (request.stage().empty() || line.stage() == request.stage()) &&
           line.unix_millis() >= request.since_unix_seconds() * 1000;
  }
};

}  // namespace

grpc::Status JobServiceImpl::Submit(grpc::ServerContext*, const v1::SubmitRequest* request,
                                    v1::JobStatus* response) {
  Violations violations = CheckRequestId(request->request_id());
  if (!violations.empty()) return BadRequestStatus(violations);
  v1::Job job = request->job();
  FillDefaults(job);
  violations = ValidateJob(job, coordinator_.QueueNames());
  if (!violations.empty()) return BadRequestStatus(violations);
  return Reply(coordinator_.Submit({request->request_id(), DigestOfRequest(job)}, job), response);
}

grpc::Status JobServiceImpl::Plan(grpc::ServerContext*, const v1::PlanRequest* request,
                                  v1::PlanResponse* response) {
  v1::Job job = request->job();
  FillDefaults(job);
  const Violations violations = ValidateJob(job, coordinator_.QueueNames());
  if (!violations.empty()) return BadRequestStatus(violations);
  return Reply(coordinator_.Plan(job), response);
}

grpc::Status JobServiceImpl::Get(grpc::ServerContext*, const v1::GetRequest* request,
                                 v1::JobStatus* response) {
  return Reply(coordinator_.Get(request->job_id()), response);
}

grpc::Status JobServiceImpl::List(grpc::ServerContext*, const v1::ListRequest* request,
                                  v1::ListResponse* response) {
  return Reply(coordinator_.List(*request), response);
}

grpc::Status JobServiceImpl::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                                   grpc::ServerWriter<v1::Event>* writer) {
  const absl::StatusOr<std::string> job_id = coordinator_.ResolveJob(request->job_id());
  if (!job_id.ok()) return ToGrpc(job_id.status());
  std::uint64_t sequence = request->after_sequence();
  while (!context->IsCancelled()) {
    absl::StatusOr<Coordinator::EventPage> page = coordinator_.WaitEvents(*job_id, sequence, kStreamPoll);
    if (!page.ok()) return ToGrpc(page.status());
    for (const v1::Event& event : page->events) {
      if (!writer->Write(event)) return grpc::Status::CANCELLED;
      sequence = event.sequence();
    }
    if (page->ended) return grpc::Status::OK;
  }
  return grpc::Status::CANCELLED;
}

grpc::Status JobServiceImpl::Cancel(grpc::ServerContext*, const v1::CancelRequest* request,
                                    v1::JobStatus* response) {
  const Violations violations = CheckRequestId(request->request_id());
  if (!violations.empty()) return BadRequestStatus(violations);
  v1::CancelRequest asked = *request;
  asked.clear_request_id();
  const RequestMark mark{request->request_id(), DigestOfRequest(asked)};
  return Reply(coordinator_.Cancel(mark, request->job_id()), response);
}

grpc::Status JobServiceImpl::Scores(grpc::ServerContext*, const v1::ScoresRequest* request,
                                    v1::Ranked* response) {
  return Reply(coordinator_.Scores(request->job_id()), response);
}

grpc::Status JobServiceImpl::Logs(grpc::ServerContext* context, const v1::LogsRequest* request,
                                  grpc::ServerWriter<v1::LogLine>* writer) {
  const absl::StatusOr<std::string> job_id = coordinator_.ResolveJob(request->job_id());
  if (!job_id.ok()) return ToGrpc(job_id.status());
  const LogFilter filter{*request};
  std::deque<v1::LogLine> tail;  // while only the last lines of those that exist are wanted
  bool past_existing = request->tail() == 0;
  std::uint64_t number = 0;
  while (!context->IsCancelled()) {
    const absl::Duration wait = request->follow() && past_existing ? kStreamPoll : absl::ZeroDuration();
    absl::StatusOr<Coordinator::LogPage> page = coordinator_.WaitLog(*job_id, number, wait);
    if (!page.ok()) return ToGrpc(page.status());
    number = page->next_number;
    for (v1::LogLine& line : page->lines) {
      if (!filter.Passes(line)) continue;
      if (past_existing && !writer->Write(line)) return grpc::Status::CANCELLED;
      if (!past_existing) tail.push_back(std::move(line));
      if (!past_existing && tail.size() > request->tail()) tail.pop_front();
    }
    if (!page->lines.empty() && !page->ended) continue;
    for (; !tail.empty(); tail.pop_front()) {
      if (!writer->Write(tail.front())) return grpc::Status::CANCELLED;
    }
    past_existing = true;
    if (page->ended || !request->follow()) return grpc::Status::OK;
  }
  return grpc::Status::CANCELLED;
}

grpc::Status JobServiceImpl::ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                                         v1::ListWorkersResponse* response) {
  *response = coordinator_.ListWorkers();
  return grpc::Status::OK;
}

grpc::Status JobServiceImpl::Explain(grpc::ServerContext*, const v1::GetRequest* request,
                                     v1::Explanation* response) {
  return Reply(coordinator_.Explain(request->job_id()), response);
}

grpc::Status JobServiceImpl::DrainWorker(grpc::ServerContext*, const v1::DrainWorkerRequest* request,
                                         v1::WorkerStatus* response) {
  return Reply(coordinator_.DrainWorker(*request), response);
}

grpc::Status JobServiceImpl::ListQueues(grpc::ServerContext*, const v1::ListQueuesRequest*,
                                        v1::ListQueuesResponse* response) {
  *response = coordinator_.ListQueues();
  return grpc::Status::OK;
}

grpc::Status JobServiceImpl::PutQueue(grpc::ServerContext*, const v1::Queue* request, v1::Queue* response) {
  const Violations violations = ValidateQueue(*request);
  if (!violations.empty()) return BadRequestStatus(violations);
  return Reply(coordinator_.PutQueue(*request), response);
}

grpc::Status JobServiceImpl::DeleteQueue(grpc::ServerContext*, const v1::DeleteQueueRequest* request,
                                         v1::DeleteQueueResponse* response) {
  return Reply(coordinator_.DeleteQueue(request->name()), response);
}

grpc::Status JobServiceImpl::Version(grpc::ServerContext*, const v1::VersionRequest*,
                                     v1::VersionResponse* response) {
  response->set_version(std::string(kVersion));
  response->set_protocol_version(kProtocolVersion);
  return grpc::Status::OK;
}

}  // namespace rad
