// teacher_check.h: a job is computed from one teacher, the one that was inspected, whatever lies at its path
// later.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/job.pb.h"

namespace rad {

// The path of the teacher, after checking that its weights still have `digest`. FAILED_PRECONDITION names
// both.
absl::StatusOr<std::filesystem::path> CheckedTeacher(const v1::Teacher& teacher, const std::string& digest);

}  // namespace rad
