// job_precision.h: the one number format that a job computes in. Pure.
#pragma once

#include "rad/v1/record.pb.h"

namespace rad {

// What every task of the job but the inspection computes in: the spec's word or, where that is AUTO, what the
// inspection found. Unspecified before it.
v1::Precision PrecisionOf(const v1::JobRecord& job);

}  // namespace rad
