// stage_work.h: the one task of a stage that is not the ranking. Pure.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "rad/v1/record.pb.h"

namespace rad {

struct PlannedTask {
  v1::Work work;
  std::vector<v1::Input> inputs;
};

// The stages it comes after must have succeeded. Not for RANK and SELECT.
PlannedTask TaskOfStage(const v1::JobRecord& job, const v1::StageRecord& stage);

// Lookups by name; aborts when absent, as names come from the job's own plan.
const v1::StageRecord& StageNamed(const v1::JobRecord& job, absl::string_view name);
v1::StudentResult& StudentNamed(v1::JobRecord& job, absl::string_view name);
const v1::StudentResult& StudentNamed(const v1::JobRecord& job, absl::string_view name);

}  // namespace rad
