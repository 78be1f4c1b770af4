// student_artifact.h: which artifact holds a job's student.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

// The export of the student `name`, or its distilled weights where it has no export; for an empty name the
// first student with an export. NOT_FOUND when there is none (yet).
absl::StatusOr<std::string> StudentArtifact(const v1::JobStatus& status, const std::string& name);

}  // namespace rad::cli
