#include "coordinator/queue_settings.h"

#include "coordinator/spec_validation.h"

namespace rad {

std::string QueueOf(const v1::JobSpec& spec) { return spec.queue().empty() ? kDefaultQueue : spec.queue(); }

Violations ValidateQueue(const v1::Queue& queue) {
  Violations found;
  CheckName("name", queue.name(), found);
  if (queue.has_quota()) found.Range("quota", queue.quota(), 0u, 100'000u);
  if (queue.has_borrow() && !queue.borrow() && !queue.has_quota())
    found.Add("borrow", "is false without a quota, so that no job could ever start; give a quota");
  return found;
}

QueueShare ShareOf(const v1::Queue& queue) {
  QueueShare share{.borrow = !queue.has_borrow() || queue.borrow()};
  if (queue.has_quota()) share.quota = queue.quota();
  return share;
}

}  // namespace rad
