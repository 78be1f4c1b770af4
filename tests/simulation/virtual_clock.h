// virtual_clock.h: the clocks of the coordinator's machine. The wall clock jumps as it is set; the monotonic
// one starts anywhere when the machine does, and then only grows.
#pragma once

#include "coordinator/clock.h"
#include "tests/simulation/timeline.h"

namespace rad {

class VirtualClock : public Clock {
 public:
  explicit VirtualClock(const Timeline& timeline) : timeline_(timeline) {}

  absl::Time Wall() const override {
    return absl::FromUnixSeconds(1'700'000'000) + timeline_.now() + wall_error_;
  }
  absl::Duration Monotonic() const override { return timeline_.now() + since_boot_; }

  void JumpWall(absl::Duration by) { wall_error_ += by; }
  void Reboot(absl::Duration since_boot) { since_boot_ = since_boot - timeline_.now(); }

 private:
  const Timeline& timeline_;
  absl::Duration wall_error_;
  absl::Duration since_boot_;
};

}  // namespace rad
