// simulated_fleet.h: many simulated workers in one process of their own, on one thread beside gRPC's.
#pragma once

#include <string>

namespace rad {

// Runs until killed. At SIGUSR1 tasks begin to end, each within `task_seconds`.
void RunFleet(const std::string& coordinator, int workers, double task_seconds);

}  // namespace rad
