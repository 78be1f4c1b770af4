#include "tests/simulation/gang_room.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rad {

absl::Duration TimeFor(const v1::Work& work, Dice& dice) {
  const bool trains = work.has_align() || work.has_distill();
  return trains ? dice.Within(absl::Seconds(4), absl::Seconds(40))
                : dice.Within(absl::Milliseconds(300), absl::Seconds(6));
}

std::string GangRoom::KeyOf(const v1::Task& task) { return absl::StrCat(task.task_id(), "/", task.epoch()); }

void GangRoom::Join(const v1::Task& task, Member member) {
  Gang& gang = gangs_[KeyOf(task)];
  gang.members[task.rank()] = std::move(member);
  if (gang.broken) return LoseTouch(KeyOf(task));
  if (gang.members.size() < std::max(1u, task.world_size())) return;
  const absl::Duration work = TimeFor(task.work(), world_.dice);
  for (auto& [rank, at] : gang.members) at.all_here(work);
}

void GangRoom::AskForRoom(const v1::Task& task) {
  for (auto& [rank, member] : gangs_[KeyOf(task)].members) member.asked_for_room();
}

void GangRoom::Leave(const v1::Task& task, bool done) {
  Gang& gang = gangs_[KeyOf(task)];
  gang.members.erase(task.rank());
  gang.broken |= !done;
  if (gang.broken) LoseTouch(KeyOf(task));
}

// Those that are still there, when they next speak to the others.
void GangRoom::LoseTouch(const std::string& key) {
  for (const auto& [rank, member] : gangs_[key].members) {
    world_.timeline.After(world_.dice.Within(absl::Milliseconds(50), absl::Seconds(5)),
                          [this, key, rank = rank] {
                            auto& members = gangs_[key].members;
                            if (members.contains(rank)) members.at(rank).peer_lost();
                          });
  }
}

}  // namespace rad
