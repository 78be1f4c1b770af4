#include "worker/tasks/rendezvous_client.h"

#include <gtest/gtest.h>

#include <future>

#include "worker/parallel/local_meeting_place.h"
#include "worker/wire/channel.h"

namespace rad {
namespace {

// The service of rendezvous.proto for attempts of one epoch.
class OneEpoch final : public v1::RendezvousService::Service {
 public:
  explicit OneEpoch(std::uint64_t epoch) : epoch_(epoch) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  grpc::Status Check(const v1::Fence& fence) const {
    if (fence.epoch() == epoch_) return grpc::Status::OK;
    return {grpc::StatusCode::FAILED_PRECONDITION, "no longer the running one"};
  }
  grpc::Status SetKey(grpc::ServerContext*, const v1::SetKeyRequest* request, v1::SetKeyResponse*) override {
    meeting_.Set(request->key(), request->value()).IgnoreError();
    return Check(request->fence());
  }
  grpc::Status GetKeys(grpc::ServerContext*, const v1::GetKeysRequest* request,
                       v1::GetKeysResponse* response) override {
    if (const grpc::Status status = Check(request->fence()); !status.ok()) return status;
    const auto values = meeting_.Get({request->keys().begin(), request->keys().end()},
                                     absl::Milliseconds(request->wait_millis()));
    if (values.ok()) *response->mutable_values() = {values->begin(), values->end()};
    return grpc::Status::OK;
  }
  grpc::Status AddToKey(grpc::ServerContext*, const v1::AddToKeyRequest* request,
                        v1::AddToKeyResponse* response) override {
    response->set_sum(*meeting_.Add(request->key(), request->amount()));
    return Check(request->fence());
  }
  grpc::Status DeleteKey(grpc::ServerContext*, const v1::DeleteKeyRequest* request,
                         v1::DeleteKeyResponse* response) override {
    response->set_existed(*meeting_.Delete(request->key()));
    return Check(request->fence());
  }

  const std::uint64_t epoch_;
  int port_ = 0;
  LocalMeetingPlace meeting_;
  std::unique_ptr<grpc::Server> server_;
};

class RendezvousClientTest : public testing::Test {
 protected:
  std::unique_ptr<RendezvousClient> Client(std::uint64_t epoch = 7, bool stopped = false) {
    v1::Fence fence;
    fence.set_epoch(epoch);
    return std::make_unique<RendezvousClient>(CoordinatorChannel(service_.address()), fence,
                                              RetryPolicy{.stop = [stopped] { return stopped; }});
  }

  OneEpoch service_{7};
};

TEST_F(RendezvousClientTest, WhatOneRankLeavesAnotherFindsInTheOrderAsked) {
  const auto first = Client(), second = Client();
  std::future<absl::StatusOr<std::vector<std::string>>> found = std::async(std::launch::async, [&] {
    return second->Get({"b", "a"}, absl::Seconds(60));
  });
  ASSERT_TRUE(first->Set("a", "1").ok());
  ASSERT_TRUE(first->Set("b", std::string("\0two", 4)).ok());
  const auto values = found.get();
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(*values, (std::vector<std::string>{std::string("\0two", 4), "1"}));
}

TEST_F(RendezvousClientTest, CountsAndDeletes) {
  const auto client = Client();
  EXPECT_EQ(*client->Add("ranks", 2), 2);
  EXPECT_EQ(*client->Add("ranks", 3), 5);
  EXPECT_TRUE(*client->Delete("ranks"));
  EXPECT_FALSE(*client->Delete("ranks"));
}

TEST_F(RendezvousClientTest, AStaleEpochIsRefusedAtOnce) {
  const auto stale = Client(6);
  EXPECT_EQ(stale->Set("a", "1").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(stale->Get({"never"}, absl::Seconds(60)).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RendezvousClientTest, WaitingEndsWithItsTimeOrAStop) {
  EXPECT_EQ(Client()->Get({"never"}, absl::Milliseconds(1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Client(7, /*stopped=*/true)->Get({"never"}, absl::Seconds(60)).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace rad
