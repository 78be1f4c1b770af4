#include "coordinator/sweep_service.h"

#include "coordinator/bad_request.h"
#include "coordinator/request_id.h"
#include "coordinator/sweep_defaults.h"
#include "coordinator/sweep_validation.h"

namespace rad {

grpc::Status SweepServiceImpl::Submit(grpc::ServerContext*, const v1::SubmitSweepRequest* request,
                                      v1::SweepStatus* response) {
  Violations violations = CheckRequestId(request->request_id());
  if (!violations.empty()) return BadRequestStatus(violations);
  v1::Sweep sweep = request->sweep();
  FillSweepDefaults(sweep);
  violations = ValidateSweep(sweep, coordinator_.QueueNames());
  if (!violations.empty()) return BadRequestStatus(violations);
  if (request->dry_run()) {
    *response = coordinator_.PreviewSweep(sweep);
    return grpc::Status::OK;
  }
  return Reply(coordinator_.SubmitSweep({request->request_id(), DigestOfRequest(sweep)}, sweep), response);
}

grpc::Status SweepServiceImpl::Get(grpc::ServerContext*, const v1::GetSweepRequest* request,
                                   v1::SweepStatus* response) {
  return Reply(coordinator_.GetSweep(request->sweep_id(), request->metric()), response);
}

grpc::Status SweepServiceImpl::List(grpc::ServerContext*, const v1::ListSweepsRequest*,
                                    v1::ListSweepsResponse* response) {
  *response = coordinator_.ListSweeps();
  return grpc::Status::OK;
}

grpc::Status SweepServiceImpl::Control(grpc::ServerContext*, const v1::ControlSweepRequest* request,
                                       v1::SweepStatus* response) {
  const Violations violations = CheckRequestId(request->request_id());
  if (!violations.empty()) return BadRequestStatus(violations);
  v1::ControlSweepRequest asked = *request;
  asked.clear_request_id();
  const RequestMark mark{request->request_id(), DigestOfRequest(asked)};
  return Reply(coordinator_.ControlSweep(mark, request->sweep_id(), request->action()), response);
}

}  // namespace rad
