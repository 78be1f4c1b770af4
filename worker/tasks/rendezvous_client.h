// rendezvous_client.h: the coordinator as the place where the ranks of an attempt meet. Calls wait out a
// restart of the coordinator, which forgets what was left there before.
#pragma once

#include <memory>
#include <string>

#include "rad/v1/rendezvous.grpc.pb.h"
#include "worker/gang.h"
#include "worker/tasks/rpc_retry.h"

namespace rad {

class RendezvousClient final : public MeetingPlace {
 public:
  RendezvousClient(const std::shared_ptr<grpc::Channel>& channel, v1::Fence fence, RetryPolicy policy)
      : stub_(v1::RendezvousService::NewStub(channel)),
        fence_(std::move(fence)),
        policy_(std::move(policy)) {}

  absl::Status Set(const std::string& key, const std::string& value) override;
  absl::StatusOr<std::vector<std::string>> Get(const std::vector<std::string>& keys,
                                               absl::Duration timeout) override;
  // Not repeated when its answer is lost: it would count twice.
  absl::StatusOr<std::int64_t> Add(const std::string& key, std::int64_t amount) override;
  absl::StatusOr<bool> Delete(const std::string& key) override;

 private:
  const std::unique_ptr<v1::RendezvousService::Stub> stub_;
  const v1::Fence fence_;
  const RetryPolicy policy_;
};

}  // namespace rad
