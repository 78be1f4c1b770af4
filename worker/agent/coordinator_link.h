// coordinator_link.h: keeps this worker known to the coordinator: registers, holds a session, renews the
// lease, and comes back after the coordinator was away. On the loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "rad/v1/worker.grpc.pb.h"
#include "worker/agent/event_loop.h"
#include "worker/agent/lease_guard.h"
#include "worker/agent/session.h"
#include "worker/wire/backoff.h"

namespace rad {

struct LinkEvents {
  std::function<v1::Heartbeat()> heartbeat;  // asked for whenever one is due
  std::function<void()> opened;  // a session is open; what is sent now arrives before any heartbeat
  std::function<void(const v1::Directive&)> directive;
  std::function<void()> broken;  // a session was lost; another is being sought
  // The lease is not renewed and ends in `left`: after that others may be given our tasks.
  std::function<void(absl::Duration left)> lease_ends;
  std::function<void(const absl::Status&)> refused;  // the coordinator will never take this worker
};

class CoordinatorLink {
 public:
  CoordinatorLink(EventLoop& loop, std::shared_ptr<grpc::Channel> channel, v1::RegisterRequest registration,
                  LinkEvents events);

  void Open() { Connect(); }
  // Ends the session and calls `closed` when nothing is under way any more: the loop must run until then.
  void Close(std::function<void()> closed);
  // Dropped when there is no session.
  void Send(v1::WorkerMessage message);
  void SendHeartbeat();
  // True when there is a session that takes more without piling up.
  bool Ready() const;
  // Whether the lease has not ended, as far as this side can know.
  bool HoldsLease() const;

 private:
  struct Registering;
  void Connect();
  void Register();
  void Registered(const grpc::Status& status, const v1::RegisterResponse& response);
  void OpenSession();
  void SessionEnded(const grpc::Status& status);
  void RetryLater(const grpc::Status& status);
  void Heard();
  void Renewed();
  void Beat();
  bool EndIfClosing();

  EventLoop& loop_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  const v1::RegisterRequest registration_;
  const LinkEvents events_;
  absl::BitGen random_;
  Backoff backoff_;
  std::string worker_id_;  // empty: must register
  absl::Duration lease_;
  absl::Time last_heard_;
  LeaseGuard guard_;
  std::shared_ptr<Registering> registering_;
  std::shared_ptr<Session> session_;
  EventLoop::TimerId retry_timer_, beat_timer_, lease_timer_;
  std::function<void()> closed_;
};

}  // namespace rad
