// evaluate_validation.h: what a job may ask of its evaluations. Pure.
#pragma once

#include "coordinator/spec_violations.h"
#include "rad/v1/job.pb.h"

namespace rad {

// Of a defaulted job.
void CheckEvaluate(const v1::JobSpec& spec, Violations& found);

}  // namespace rad
