// failure_validation.h: what is wrong with spec.failure. Pure.
#pragma once

#include "coordinator/spec_violations.h"
#include "rad/v1/job.pb.h"

namespace rad {

void CheckFailure(const v1::Failure& failure, Violations& found);

}  // namespace rad
