// attentive_clock.h: time as far as this process attended to it. While it is stopped, or starved of its
// processor, nobody can reach it, so no worker's silence of that time may be held against it: this clock
// hardly moves over such a gap, and with it stand still all leases and waits that are counted by it.
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/clock.h"

namespace rad {

// Its time must be asked for several times in every kLongestStep of attention, as a ticking coordinator does.
// Thread-safe.
class AttentiveClock final : public Clock {
 public:
  // What passes between two readings counts for at most this: a coordinator that is always late still comes
  // to the end of a lease.
  static constexpr absl::Duration kLongestStep = absl::Milliseconds(500);

  explicit AttentiveClock(const Clock& clock) : clock_(clock), read_(clock.Monotonic()), now_(read_) {}

  absl::Time Wall() const override { return clock_.Wall(); }
  absl::Duration Monotonic() const override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  mutable absl::Duration read_ ABSL_GUARDED_BY(mutex_);  // of clock_, the last time
  mutable absl::Duration now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rad
