// sweep_validation.h: what is wrong with a defaulted sweep, and with the job of any of its points, before
// anything starts. Pure.
#pragma once

#include "coordinator/spec_violations.h"
#include "rad/v1/sweep.pb.h"

namespace rad {

// A mistake that many points share is said once, of the first of them.
Violations ValidateSweep(const v1::Sweep& sweep);

}  // namespace rad
