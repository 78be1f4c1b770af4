// stage_result.h: what a task's result changes in its job. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/score_table.h"
#include "rad/v1/record.pb.h"

namespace rad {

// Whether `result` answers `work`; INVALID_ARGUMENT says how not.
absl::Status CheckResult(const v1::Work& work, const v1::TaskResult& result);

// Teacher's shape, trained tokens, evaluations and coverage, artifacts of the students, roles of heads.
void ApplyResult(v1::JobRecord& job, const v1::StageRecord& stage, const v1::TaskResult& result);

void SetKept(v1::StudentResult& student, const std::vector<HeadRef>& kept);

}  // namespace rad
