// What histories found, each by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/task_attempts.h"
#include "proto/protocol_version.h"
#include "tests/coordinator/sample_job.h"
#include "tests/simulation/coordinator_host.h"

namespace rad {
namespace {

// One end of a session, by hand.
class Session : public DirectiveSink {
 public:
  void Send(const v1::Directive& directive) override { directives.push_back(directive); }
  void Close(const absl::Status&) override {}
  std::vector<v1::Fence> Stops() const {
    std::vector<v1::Fence> stops;
    for (const v1::Directive& directive : directives) {
      if (directive.has_stop()) stops.push_back(directive.stop());
    }
    return stops;
  }
  std::vector<v1::Task> Starts() const {
    std::vector<v1::Task> starts;
    for (const v1::Directive& directive : directives) {
      if (directive.has_start()) starts.push_back(directive.start());
    }
    return starts;
  }

  std::vector<v1::Directive> directives;
};

class FoundTest : public ::testing::Test {
 protected:
  FoundTest() { host_.Start(); }

  template <typename What>
  void Do(What what) {
    ASSERT_TRUE(host_.Do([&](Coordinator& coordinator, auto&) { what(coordinator); }));
  }
  void Submit(const v1::Job& job) {
    Do([&](Coordinator& coordinator) { EXPECT_TRUE(coordinator.Submit({}, job).ok()); });
  }
  // Registers; the session's first words are still to come.
  std::string Register(const std::string& name) {
    v1::RegisterRequest request;
    request.set_protocol_version(kProtocolVersion);
    request.set_name(name);
    request.set_incarnation(name);
    std::string id;
    Do([&](Coordinator& coordinator) { id = coordinator.Register(request)->worker_id(); });
    return id;
  }
  std::shared_ptr<Session> Attach(const std::string& worker_id) {
    auto session = std::make_shared<Session>();
    Do([&](Coordinator& coordinator) { EXPECT_TRUE(coordinator.Attach(worker_id, session).ok()); });
    return session;
  }
  // A heartbeat of a worker that runs nothing.
  absl::Status TryBeat(const std::string& worker_id, const std::shared_ptr<Session>& session) {
    v1::WorkerMessage message;
    message.set_worker_id(worker_id);
    message.mutable_heartbeat();
    absl::Status status;
    host_.Do([&](Coordinator& coordinator, auto&) { status = coordinator.Receive(message, session.get()); });
    return status;
  }
  void Beat(const std::string& worker_id, const std::shared_ptr<Session>& session) {
    EXPECT_TRUE(TryBeat(worker_id, session).ok());
  }
  // The coordinator ticks meanwhile.
  void Wait(absl::Duration time) {
    const absl::Duration end = world_.timeline.now() + time;
    while (world_.timeline.Step(end)) continue;
  }

  const TempFolder folder_;
  World world_{0, false};
  CoordinatorHost host_{world_, folder_.path().string()};
};

TEST_F(FoundTest, ATaskWhoseWorkerIsLostWhileTheDiskIsFullIsTriedAgain) {
  Submit(SampleAblation());
  const std::string lost = Register("lost");
  const auto first = Attach(lost);
  Beat(lost, first);
  ASSERT_EQ(first->Starts().size(), 1u);
  world_.store_faults.disk_full = true;
  Wait(kLease + absl::Seconds(1));
  world_.store_faults.disk_full = false;
  Wait(absl::Seconds(1));
  const std::string other = Register("other");
  const auto second = Attach(other);
  Beat(other, second);
  ASSERT_EQ(second->Starts().size(), 1u);
  EXPECT_EQ(second->Starts()[0].task_id(), first->Starts()[0].task_id());
  EXPECT_EQ(second->Starts()[0].attempt(), 2u);
}

TEST_F(FoundTest, AStartThatIsGivenUpIsFollowedByAStop) {
  Submit(SampleAblation());
  const std::string id = Register("slow to hear");
  const auto session = Attach(id);
  Beat(id, session);
  ASSERT_EQ(session->Starts().size(), 1u);
  const v1::Task given = session->Starts()[0];
  for (int i = 0; i < 3; ++i) {
    Wait(absl::Seconds(3));
    Beat(id, session);  // without the task, which is still on its way
  }
  ASSERT_EQ(session->Stops().size(), 1u);
  EXPECT_TRUE(SameFence(session->Stops()[0], FenceOf(given)));
  EXPECT_EQ(session->Starts().size(), 1u);
  Beat(id, session);
  EXPECT_EQ(session->Starts().size(), 2u);
}

// Its answer would count as one to the newer session's first heartbeat: a lease longer than it is.
TEST_F(FoundTest, WhatAReplacedSessionStillHeldIsNotTaken) {
  const std::string id = Register("reconnects");
  const auto older = Attach(id);
  Beat(id, older);
  const auto newer = Attach(id);
  EXPECT_TRUE(absl::IsAborted(TryBeat(id, older)));
  EXPECT_TRUE(newer->directives.empty());
  Beat(id, newer);
  ASSERT_EQ(newer->directives.size(), 1u);
  EXPECT_TRUE(newer->directives[0].has_renewed());
}

}  // namespace
}  // namespace rad
