// simulated_attempt.h: an executor at one rank of an attempt: makes progress, saves and publishes what the
// coordinator lets it, and ends as executors end. When this object goes, the process is killed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "rad/v1/worker.pb.h"
#include "tests/simulation/gang_room.h"
#include "tests/simulation/wire.h"

namespace rad {

struct SimulatedAttemptEvents {
  std::function<void(const v1::Progress&)> progressed;
  std::function<void(v1::TaskFinished)> finished;  // the last; may destroy the attempt
};

class SimulatedAttempt {
 public:
  SimulatedAttempt(World& world, Wire& wire, GangRoom& gangs, const v1::Task& task,
                   SimulatedAttemptEvents events);
  ~SimulatedAttempt();

  const v1::Task& task() const { return task_; }
  void Stop(absl::Duration grace);
  void AskForRoom() { gangs_.AskForRoom(task_); }

 private:
  void Begin(absl::Duration work);
  void Progress();
  void MakeRoom();
  void EndOfWork();
  // Uploads and commits; then `next` with the artifact's id, or why not.
  void Publish(v1::Manifest::Kind kind, int tries, std::function<void(absl::StatusOr<std::string>)> next);
  void Succeed(const std::string& artifact_id);
  void Fail(v1::TaskFailure::Reason reason, const std::string& message);
  void End(v1::TaskFinished report);

  World& world_;
  Wire& wire_;
  GangRoom& gangs_;
  const v1::Task task_;
  const SimulatedAttemptEvents events_;
  Agenda agenda_;
  std::uint64_t step_ = 0;
  bool began_ = false, stopping_ = false, ended_ = false;
};

}  // namespace rad
