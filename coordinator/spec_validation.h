// spec_validation.h: what is wrong with a defaulted job, all of it at once. Pure.
#pragma once

#include <set>
#include <string>

#include "coordinator/spec_violations.h"
#include "rad/v1/job.pb.h"

namespace rad {

// Empty when the job can be planned. What only the teacher's file can tell (its number of heads) is checked
// later. `queues`: that exist beside the default one.
Violations ValidateJob(const v1::Job& job, const std::set<std::string>& queues = {});

// Of jobs, students, labels: names go into file names, metric labels and URLs.
void CheckName(absl::string_view field, absl::string_view name, Violations& found);

}  // namespace rad
