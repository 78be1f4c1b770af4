// clock.h: the two clocks, behind an interface so that tests move time by hand.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rad {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Wall() const = 0;           // for people
  virtual absl::Duration Monotonic() const = 0;  // for leases and waits: never set back
};

class SystemClock : public Clock {
 public:
  absl::Time Wall() const override { return absl::Now(); }
  absl::Duration Monotonic() const override;
};

}  // namespace rad
