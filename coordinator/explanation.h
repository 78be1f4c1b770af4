// explanation.h: why a job waits, for what, and how long about. Pure.
#pragma once

#include <string>

#include "coordinator/scheduler.h"
#include "rad/v1/service.pb.h"

namespace rad {

// Of a job that waits in this view, by the schedule made of it. The start is estimated by what running tasks
// say of their progress, and only where nothing else decides it: of the first of its queue, from tasks after
// which their worker is its own.
v1::Explanation ExplainWaiting(const std::string& job_id, const SchedulerView& view, const Schedule& schedule,
                               absl::Duration now);

}  // namespace rad
