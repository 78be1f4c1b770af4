// preemption.h: which running tasks are asked to save what they did and leave. Pure.
//
// A task that has a claim (within its queue's quota) takes back workers lent to other queues; one of higher
// priority takes them from lower ones of its own queue. Only tasks that save what they did are asked: the
// others end soon, and stopping them would waste what they did.
#pragma once

#include <string>
#include <vector>

#include "coordinator/scheduler.h"

namespace rad {

struct Preemption {
  std::string task_id;
  std::string reason;
  bool operator==(const Preemption&) const = default;
};

// After `schedule`, which was made of this view. Asks for no more than what lets a starved task start, and
// counts workers that are on their way already. Of many the first; the next pass asks for more.
std::vector<Preemption> ChoosePreemptions(const SchedulerView& view, const Schedule& schedule);

}  // namespace rad
