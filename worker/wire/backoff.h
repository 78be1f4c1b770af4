// backoff.h: how long to wait before trying a lost coordinator again.
#pragma once

#include "absl/random/bit_gen_ref.h"
#include "absl/time/time.h"

namespace rad {

// Doubles from `initial` to `limit`; each delay is drawn from its upper half, so that many workers that lost
// the same coordinator do not return in step.
class Backoff {
 public:
  Backoff(absl::Duration initial, absl::Duration limit) : initial_(initial), limit_(limit), next_(initial) {}

  absl::Duration Next(absl::BitGenRef random);
  void Reset() { next_ = initial_; }

 private:
  absl::Duration initial_, limit_, next_;
};

}  // namespace rad
