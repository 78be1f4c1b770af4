// faults.h: what goes wrong from outside, at random times: machines die, wires are cut, clocks are set, disks
// fill up.
#pragma once

#include <memory>
#include <vector>

#include "tests/simulation/simulated_worker.h"

namespace rad {

class Faults {
 public:
  Faults(World& world, CoordinatorHost& host, std::vector<std::unique_ptr<SimulatedWorker>>& workers)
      : world_(world), host_(host), workers_(workers), agenda_(world.timeline) {}

  void Begin();
  // From here on nothing goes wrong any more, and what was broken is mended.
  void End();

 private:
  void Next();
  void CutWire(Wire& wire);
  void KillAtAWrite();
  void FillDisk();
  void SetWallClock();

  World& world_;
  CoordinatorHost& host_;
  std::vector<std::unique_ptr<SimulatedWorker>>& workers_;
  Agenda agenda_;
};

}  // namespace rad
