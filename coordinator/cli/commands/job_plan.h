// job_plan.h: what submitting a job would do.
#pragma once

#include "coordinator/cli/commands/session.h"
#include "coordinator/cli/spec/job_spec.h"

namespace rad::cli {

// Prints the plan as `output` asks (table, json, yaml: the defaulted spec); 0 when the job would start now,
// else 1. Of a sweep: its points, and 0.
absl::StatusOr<int> ShowPlan(Session& session, const Spec& spec, const std::string& output);

}  // namespace rad::cli
