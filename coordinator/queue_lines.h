// queue_lines.h: the order in which the tasks of each queue are to be started. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/scheduler_view.h"

namespace rad {

// By queue: the higher priority first, then in the order of submission. Points into the view.
std::map<std::string, std::vector<const ReadyTask*>> LinesOf(const SchedulerView& view);

}  // namespace rad
