// worker_pool.h: the workers that may be given something, and those of them that are idle. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coordinator/scheduler_view.h"

namespace rad {

class WorkerPool {
 public:
  explicit WorkerPool(const SchedulerView& view);

  std::uint32_t connected() const { return connected_; }
  std::uint32_t usable() const { return static_cast<std::uint32_t>(usable_.size()); }
  // Of the usable ones, busy or not.
  std::uint32_t Fitting(const WorkerNeeds& needs);
  std::uint32_t IdleFitting(const WorkerNeeds& needs) const;
  // Takes at most so many out of the idle ones that fit: the plainest first, which leaves what is special to
  // those that ask for it.
  std::vector<std::string> Take(const WorkerNeeds& needs, std::uint32_t most);

 private:
  const std::uint32_t connected_;
  std::vector<const WorkerView*> usable_;         // not draining
  std::vector<const WorkerView*> idle_;           // the plainest first
  std::map<WorkerNeeds, std::uint32_t> fitting_;  // counted once: thousands of tasks ask alike
};

}  // namespace rad
