// coordinator_host.h: a real coordinator over real stores (in memory), on a machine that may die at any call,
// within calls too, and comes back with what had been written.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "coordinator/artifact_service.h"
#include "coordinator/coordinator.h"
#include "rocksdb/env.h"
#include "tests/simulation/world.h"
#include "tests/storage/temp_folder.h"

namespace rad {

class CoordinatorHost {
 public:
  CoordinatorHost(World& world, absl::string_view folder);
  ~CoordinatorHost();

  // Starts, once there is no other life, and again should that fail. Ticks from then on.
  void Start();
  void Die(absl::string_view why);
  void StopInGoodOrder();  // and comes back
  bool up() const { return life_ != nullptr; }
  // Grows with every life: what belongs to an earlier one is broken.
  int lives() const { return lives_; }

  // Lets `call` have the coordinator, and the model judge what it did. False: there is none, or it died of
  // it.
  template <typename Call>
  bool Do(Call&& call) {
    if (life_ == nullptr) return false;
    world_.model.CallBegins();
    try {
      call(*coordinator_, *artifact_service_);
    } catch (const Death&) {
      world_.model.CallEnds(nullptr);
      world_.trace.Count("deaths within a call");
      Die("died within a call");
      return false;
    }
    world_.model.CallEnds(witness_.get());
    return true;
  }

  std::vector<v1::JobStatus> Jobs();  // empty while it is away
  // Only while it is there.
  std::vector<v1::Event> EventsOf(const std::string& job_id);
  v1::SweepStatus Sweep(const std::string& sweep_id);

 private:
  struct Life;
  void Tick();
  void Restart();

  World& world_;
  Agenda agenda_;
  const std::unique_ptr<rocksdb::Env> env_;  // the disk
  const std::string folder_;
  int lives_ = 0;
  std::unique_ptr<Life> life_;
  Coordinator* coordinator_ = nullptr;
  ArtifactServiceImpl* artifact_service_ = nullptr;
  std::unique_ptr<Witness> witness_;
};

}  // namespace rad
