// channel.h: the gRPC channel to a coordinator, as agent and executors both want it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace rad {

// While calls are open and the coordinator has been silent for `idle`, it is asked for a sign of life;
// without one for `patience` the connection is given up, and what was under way on it ends as UNAVAILABLE. A
// network that only drops packets says nothing for a quarter of an hour otherwise.
struct Keepalive {
  absl::Duration idle, patience;
};
// Few bytes each way: noticed within a lease of ten seconds, of which a heartbeat every third spares the
// question.
inline constexpr Keepalive kSessionKeepalive{absl::Seconds(4), absl::Seconds(3)};
// On a slow line the question waits behind chunks of 4 MiB.
inline constexpr Keepalive kTransferKeepalive{absl::Seconds(10), absl::Seconds(30)};

// Connects when first used, and again within a second or two of the coordinator's return.
std::shared_ptr<grpc::Channel> CoordinatorChannel(const std::string& address,
                                                  Keepalive keepalive = kTransferKeepalive);

}  // namespace rad
