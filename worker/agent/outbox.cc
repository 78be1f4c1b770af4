#include "worker/agent/outbox.h"

#include <algorithm>

#include "worker/wire/fence.h"

namespace rad {

bool Outbox::Acknowledge(const v1::Fence& fence) {
  return std::erase_if(reports_, [&](const auto& report) { return SameFence(report.fence(), fence); }) > 0;
}

bool Outbox::Holds(const v1::Fence& fence) const {
  return std::any_of(reports_.begin(), reports_.end(),
                     [&](const auto& report) { return SameFence(report.fence(), fence); });
}

}  // namespace rad
