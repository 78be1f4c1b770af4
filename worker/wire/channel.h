// channel.h: the gRPC channel to a coordinator, as agent and executors both want it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace rad {

// Connects when first used, and again within a second or two of the coordinator's return.
std::shared_ptr<grpc::Channel> CoordinatorChannel(const std::string& address);

}  // namespace rad
