// job_plan.h: what submitting a job would do.
#pragma once

#include "coordinator/cli/commands/session.h"

namespace rad::cli {

// Prints the plan as `output` asks (table, json, yaml: the defaulted job); 0 when the job would start now,
// else 1.
absl::StatusOr<int> ShowPlan(Session& session, const v1::Job& job, const std::string& output);

}  // namespace rad::cli
