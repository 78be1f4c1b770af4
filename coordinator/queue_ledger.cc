#include "coordinator/queue_ledger.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rad {

QueueLedger::QueueLedger(const SchedulerView& view) : queues_(&view.queues) {
  for (const RunningTask& task : view.running) Take(task.queue, task.workers);
}

std::uint32_t QueueLedger::Held(const std::string& queue) const {
  const auto held = held_.find(queue);
  return held == held_.end() ? 0 : held->second;
}

std::uint32_t QueueLedger::Quota(const std::string& queue) const {
  const auto share = queues_->find(queue);
  return share == queues_->end() ? 0 : share->second.quota.value_or(0);
}

std::uint32_t QueueLedger::Room(const std::string& queue) const {
  const std::uint32_t quota = Quota(queue), held = Held(queue);
  return quota - std::min(quota, held);
}

bool QueueLedger::Borrows(const std::string& queue) const {
  const auto share = queues_->find(queue);
  return share == queues_->end() || share->second.borrow;
}

std::string QueueLedger::Limits(const std::string& queue) const {
  return absl::StrCat("queue ", queue, " may hold ", Quota(queue), " workers and borrows none");
}

std::uint32_t QueueLedger::Lent(const std::string& queue) const {
  const std::uint32_t quota = Quota(queue), held = Held(queue);
  return held - std::min(quota, held);
}

double QueueLedger::Share(const std::string& queue) const {
  return static_cast<double>(Held(queue)) / std::max(1u, Quota(queue));
}

}  // namespace rad
