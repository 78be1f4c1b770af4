// stream.h: a worker's session, as a stream between machines is: in order either way, until it breaks. Then
// what was last sent is gone, and each side learns of it in its own time, or not before it asks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/simulation/wire.h"

namespace rad {

struct StreamEvents {  // on the worker's side; none after Cancel
  std::function<void(const v1::Directive&)> directive;
  std::function<void(const absl::Status&)> ended;  // once, and last
};

class Stream final : public DirectiveSink, public std::enable_shared_from_this<Stream> {
 public:
  // `worker`: its incarnation.
  static std::shared_ptr<Stream> Open(World& world, CoordinatorHost& host, Wire& wire, std::string worker,
                                      StreamEvents events);

  // --- the worker's side ---
  void Write(v1::WorkerMessage message);
  void Finish();  // good-bye, after what was written
  void Cancel();  // it is gone

  // --- the coordinator's side, as in coordinator/worker_service.cc ---
  void Send(const v1::Directive& directive) override;
  void Close(const absl::Status& status) override;

 private:
  Stream(World& world, CoordinatorHost& host, Wire& wire, std::string worker, StreamEvents events);
  // At the coordinator, in order; not once that life of it has ended.
  void Arrive(std::function<void(Coordinator&)> at_coordinator);
  void ArriveDown(std::function<void()> at_worker);
  void Take(Coordinator& coordinator, const v1::WorkerMessage& message);
  void EndServerSide(Coordinator& coordinator, bool departed);
  void Break();
  void BreakDown();
  void DropStarts();
  bool has_server() const { return host_.up() && host_.lives() == life_; }

  World& world_;
  CoordinatorHost& host_;
  Wire& wire_;
  const std::string worker_;
  StreamEvents events_;
  const int life_;  // of the coordinator
  bool client_open_ = true, server_open_ = true;
  absl::Duration last_up_, last_down_;                // arrivals
  absl::Duration up_cut_ = absl::InfiniteDuration();  // what arrives later is lost
  std::string worker_id_;                             // once introduced
  std::vector<v1::Fence> starts_under_way_;
};

}  // namespace rad
