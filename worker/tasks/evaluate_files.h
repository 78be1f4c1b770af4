// evaluate_files.h: what the files hold that an evaluation asks about, and that they still hold it.
#pragma once

#include "absl/status/status.h"
#include "rad/v1/plan.pb.h"

namespace rad {

// Reads those that the inspection names, and puts their digests into `found`. INVALID_ARGUMENT names the
// field whose file is missing, or its line that is damaged.
absl::Status TryEvaluateFiles(const v1::InspectTeacher& work, v1::DataFiles& found);

// FAILED_PRECONDITION names the field whose file does not have the digest in `expected`, as it changed since
// the job inspected it.
absl::Status CheckEvaluateFiles(const v1::Evaluate& evaluate, const v1::DataFiles& expected);

}  // namespace rad
