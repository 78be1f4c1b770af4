#include "coordinator/worker_pool.h"

#include <algorithm>
#include <tuple>

namespace rad {
namespace {

auto Plainness(const WorkerView& worker) {
  const WorkerTraits& traits = worker.traits;
  return std::tuple(traits.device != "cpu", traits.labels.size(), traits.memory_bytes, worker.id);
}

}  // namespace

WorkerPool::WorkerPool(const SchedulerView& view)
    : connected_(static_cast<std::uint32_t>(view.workers.size())) {
  for (const WorkerView& worker : view.workers) {
    if (worker.draining) continue;
    usable_.push_back(&worker);
    if (worker.idle) idle_.push_back(&worker);
  }
  std::sort(idle_.begin(), idle_.end(),
            [](const WorkerView* a, const WorkerView* b) { return Plainness(*a) < Plainness(*b); });
}

std::uint32_t WorkerPool::Fitting(const WorkerNeeds& needs) {
  const auto known = fitting_.find(needs);
  if (known != fitting_.end()) return known->second;
  const auto count = std::count_if(usable_.begin(), usable_.end(),
                                   [&](const WorkerView* worker) { return Fits(needs, worker->traits); });
  return fitting_[needs] = static_cast<std::uint32_t>(count);
}

std::uint32_t WorkerPool::IdleFitting(const WorkerNeeds& needs) const {
  return std::count_if(idle_.begin(), idle_.end(),
                       [&](const WorkerView* worker) { return Fits(needs, worker->traits); });
}

std::vector<std::string> WorkerPool::Take(const WorkerNeeds& needs, std::uint32_t most) {
  std::vector<std::string> taken;
  std::erase_if(idle_, [&](const WorkerView* worker) {
    if (taken.size() == most || !Fits(needs, worker->traits)) return false;
    taken.push_back(worker->id);
    return true;
  });
  return taken;
}

}  // namespace rad
