// data_validation.h: what is wrong with what a job trains on. Pure.
#pragma once

#include "coordinator/spec_violations.h"
#include "rad/v1/job.pb.h"

namespace rad {

void CheckData(const v1::Data& data, Violations& found);

// Whether it names files at all.
bool NamesText(const v1::Data& data);

}  // namespace rad
