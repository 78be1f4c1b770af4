// head_selection.h: which heads a student keeps. Pure.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/head_race.h"
#include "rad/v1/job.pb.h"

namespace rad {

// The best head_budget of the ranking, or as many drawn by the student's seed; sorted by layer and head.
// INVALID_ARGUMENT, naming the field, when the budget is larger than the number of heads. `field` is the
// student's path in the spec, "spec.student".
absl::StatusOr<std::vector<HeadRef>> SelectHeads(const v1::Student& student, absl::string_view field,
                                                 const std::vector<RankedHead>& ranking);

}  // namespace rad
