// gang_room.h: what the ranks of an attempt learn of one another, as the collectives of training tell them:
// they begin once all are there, leave together when asked to, and lose touch when one of them is gone.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "rad/v1/plan.pb.h"
#include "tests/simulation/world.h"

namespace rad {

class GangRoom {
 public:
  struct Member {
    std::function<void(absl::Duration work)> all_here;  // how long it takes them
    std::function<void()> asked_for_room;
    std::function<void()> peer_lost;
  };

  explicit GangRoom(World& world) : world_(world) {}

  void Join(const v1::Task& task, Member member);
  void AskForRoom(const v1::Task& task);
  // `done`: the others need it no more.
  void Leave(const v1::Task& task, bool done);

 private:
  struct Gang {
    std::map<std::uint32_t, Member> members;  // by rank
    bool broken = false;
  };
  static std::string KeyOf(const v1::Task& task);
  void LoseTouch(const std::string& key);

  World& world_;
  std::map<std::string, Gang> gangs_;
};

// By kind of work: training takes longer.
absl::Duration TimeFor(const v1::Work& work, Dice& dice);

}  // namespace rad
