// lease_guard.h: how long this worker may go on with what it runs. The coordinator counts a lease from the
// arrival of a message; the worker counts it from the sending of the heartbeat that was answered, which is
// earlier, and is done with its work before it ends: nothing runs here that may have been given to others.
// Pure.
#pragma once

#include <deque>

#include "absl/time/time.h"

namespace rad {

class LeaseGuard {
 public:
  // A session begins. What was sent in the one before is answered no more; what it was answered still counts.
  void Open(absl::Duration lease);
  void Sent(absl::Time now) { unanswered_.push_back(now); }  // a heartbeat
  // The first heartbeat that was not yet: they are answered in order.
  void Answered();

  // When work must begin to stop. It must have ended Grace() later, when the lease has.
  absl::Time StopAt() const { return until_ - Grace(); }
  absl::Duration Grace() const { return lease_ / 10; }
  // Whether work may be taken on.
  bool Holds(absl::Time now) const { return now < StopAt(); }

 private:
  absl::Duration lease_;
  std::deque<absl::Time> unanswered_;
  absl::Time until_ = absl::InfinitePast();
};

}  // namespace rad
