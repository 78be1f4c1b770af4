// queue_settings.h: queues as their users set them up. Pure.
#pragma once

#include <string>

#include "coordinator/scheduler_view.h"
#include "coordinator/spec_violations.h"
#include "rad/v1/job.pb.h"
#include "rad/v1/service.pb.h"

namespace rad {

// Always there; without settings of its own it has no quota and borrows.
inline constexpr char kDefaultQueue[] = "default";

// Of a job of an earlier version, which names none: the default one.
std::string QueueOf(const v1::JobSpec& spec);

Violations ValidateQueue(const v1::Queue& queue);

QueueShare ShareOf(const v1::Queue& queue);

}  // namespace rad
