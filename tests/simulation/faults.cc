#include "tests/simulation/faults.h"

namespace rad {
namespace {

constexpr absl::Duration kMeanTimeBetween = absl::Seconds(9);

}  // namespace

void Faults::Begin() {
  Dice& dice = world_.dice;
  const auto sometimes = [&](double most) {
    return dice.Chance(0.6) ? most * dice.Between(1, 10) / 10 : 0.0;
  };
  world_.weather = {.message_lost = sometimes(0.02),
                    .call_lost = sometimes(0.1),
                    .call_repeated = sometimes(0.1),
                    .attempt_fails = sometimes(0.2),
                    .slowest = absl::Milliseconds(20 * dice.Between(1, 100))};
  Next();
}

void Faults::End() {
  agenda_.Clear();
  world_.weather = {};
  world_.store_faults = {};
  world_.trace.Tell("no more faults");
}

void Faults::Next() {
  Dice& dice = world_.dice;
  agenda_.After(dice.Within(absl::ZeroDuration(), 2 * kMeanTimeBetween), [this] { Next(); });
  SimulatedWorker& worker = *dice.OneOf(
      std::vector<SimulatedWorker*>{workers_[dice.Between(0, static_cast<int>(workers_.size()) - 1)].get()});
  switch (dice.Between(0, 9)) {
    case 0:
    case 1:
      return worker.Crash();
    case 2:
      return worker.Leave();
    case 3:
    case 4:
      return CutWire(worker.wire());
    case 5:
      return host_.Die("is killed");
    case 6:
      return KillAtAWrite();
    case 7:
      return dice.Chance(0.3) ? host_.StopInGoodOrder() : KillAtAWrite();
    case 8:
      return FillDisk();
    default:
      return SetWallClock();
  }
}

void Faults::CutWire(Wire& wire) {
  world_.trace.Count("wires cut", "a wire is cut");
  if (world_.dice.Chance(0.75)) wire.CutUp(world_.dice.Within(absl::Seconds(1), absl::Seconds(30)));
  if (world_.dice.Chance(0.75)) wire.CutDown(world_.dice.Within(absl::Seconds(1), absl::Seconds(30)));
}

void Faults::KillAtAWrite() {
  world_.store_faults.writes_to_live = world_.dice.Between(0, 6);
  world_.store_faults.dies_before_it = world_.dice.Chance(0.5);
}

void Faults::FillDisk() {
  world_.store_faults.disk_full = true;
  world_.trace.Count("disks full", "the disk is full");
  agenda_.After(world_.dice.Within(absl::Seconds(1), absl::Seconds(25)), [this] {
    world_.store_faults.disk_full = false;
    world_.trace.Tell("the disk has room again");
  });
}

void Faults::SetWallClock() {
  const absl::Duration by = world_.dice.Within(-absl::Hours(30), absl::Hours(30));
  world_.clock.JumpWall(world_.dice.Chance(0.5) ? by : by / 3600);
  world_.trace.Count("wall clocks set", "the wall clock jumps");
}

}  // namespace rad
