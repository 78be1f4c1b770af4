#include "coordinator/rendezvous_service.h"

#include <algorithm>

#include "coordinator/bad_request.h"

namespace rad {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(10);  // it holds a thread

}  // namespace

grpc::Status RendezvousServiceImpl::SetKey(grpc::ServerContext*, const v1::SetKeyRequest* request,
                                           v1::SetKeyResponse*) {
  return ToGrpc(coordinator_.SetKey(request->fence(), request->key(), request->value()));
}

grpc::Status RendezvousServiceImpl::GetKeys(grpc::ServerContext*, const v1::GetKeysRequest* request,
                                            v1::GetKeysResponse* response) {
  const absl::Duration wait = std::min(absl::Milliseconds(request->wait_millis()), kLongestWait);
  absl::StatusOr<std::vector<std::string>> values =
      coordinator_.GetKeys(request->fence(), {request->keys().begin(), request->keys().end()}, wait);
  if (!values.ok()) return ToGrpc(values.status());
  for (std::string& value : *values) response->add_values(std::move(value));
  return grpc::Status::OK;
}

grpc::Status RendezvousServiceImpl::AddToKey(grpc::ServerContext*, const v1::AddToKeyRequest* request,
                                             v1::AddToKeyResponse* response) {
  absl::StatusOr<std::int64_t> sum =
      coordinator_.AddToKey(request->fence(), request->key(), request->amount());
  if (sum.ok()) response->set_sum(*sum);
  return ToGrpc(sum.status());
}

grpc::Status RendezvousServiceImpl::DeleteKey(grpc::ServerContext*, const v1::DeleteKeyRequest* request,
                                              v1::DeleteKeyResponse* response) {
  absl::StatusOr<bool> existed = coordinator_.DeleteKey(request->fence(), request->key());
  if (existed.ok()) response->set_existed(*existed);
  return ToGrpc(existed.status());
}

}  // namespace rad
