#include "worker/agent/outbox.h"

#include <algorithm>

#include "worker/wire/fence.h"

namespace rad {

bool Outbox::Acknowledge(const v1::Fence& fence) {
  const auto found = std::find_if(reports_.begin(), reports_.end(),
                                  [&](const auto& report) { return SameFence(report.fence(), fence); });
  if (found == reports_.end()) return false;
  if (static_cast<std::size_t>(found - reports_.begin()) < seen_) --seen_;
  reports_.erase(found);
  return true;
}

std::vector<v1::TaskFinished> Outbox::Overdue() {
  std::vector<v1::TaskFinished> overdue(reports_.begin(),
                                        reports_.begin() + static_cast<std::ptrdiff_t>(seen_));
  seen_ = reports_.size();
  return overdue;
}

bool Outbox::Holds(const v1::Fence& fence) const {
  return std::any_of(reports_.begin(), reports_.end(),
                     [&](const auto& report) { return SameFence(report.fence(), fence); });
}

}  // namespace rad
