#include "worker/agent/lease_guard.h"

#include <algorithm>

namespace rad {

void LeaseGuard::Open(absl::Duration lease) {
  lease_ = lease;
  unanswered_.clear();
}

void LeaseGuard::Answered() {
  if (unanswered_.empty()) return;
  until_ = std::max(until_, unanswered_.front() + lease_);
  unanswered_.pop_front();
}

}  // namespace rad
