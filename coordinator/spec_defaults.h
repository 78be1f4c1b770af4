// spec_defaults.h: fills what a job's spec leaves out. The one home of the defaults.
#pragma once

#include "rad/v1/job.pb.h"

namespace rad {

// Fields that are written stay as they are, right or wrong (spec_validation.h judges them). Idempotent.
void FillDefaults(v1::Job& job);

}  // namespace rad
