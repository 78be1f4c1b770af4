// probe_validation.h: what is wrong with one probe of a defaulted job. Pure.
#pragma once

#include <string>

#include "coordinator/spec_violations.h"
#include "rad/v1/job.pb.h"

namespace rad {

// `field` is the probe's path in the spec. What its files hold and the teacher's tokens tell is checked when
// the job's inspection tries the probe.
void CheckProbe(const v1::Probe& probe, const std::string& field, Violations& found);

}  // namespace rad
