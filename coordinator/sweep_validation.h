// sweep_validation.h: what is wrong with a defaulted sweep, and with the job of any of its points, before
// anything starts. Pure.
#pragma once

#include <set>
#include <string>

#include "coordinator/spec_violations.h"
#include "rad/v1/sweep.pb.h"

namespace rad {

// A mistake that many points share is said once, of the first of them. `queues` as in ValidateJob.
Violations ValidateSweep(const v1::Sweep& sweep, const std::set<std::string>& queues = {});

}  // namespace rad
