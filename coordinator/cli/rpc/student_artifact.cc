#include "coordinator/cli/rpc/student_artifact.h"

#include "absl/strings/str_cat.h"

namespace rad::cli {

absl::StatusOr<std::string> StudentArtifact(const v1::JobStatus& status, const std::string& name) {
  for (const v1::StudentResult& student : status.students()) {
    if (!name.empty() && student.name() != name) continue;
    if (!student.export_artifact_id().empty()) return student.export_artifact_id();
    if (!name.empty() && !student.artifact_id().empty()) return student.artifact_id();
  }
  return absl::NotFoundError(absl::StrCat(
      "job ", status.job_id(), " has no ",
      name.empty() ? "exported student" : absl::StrCat("student '", name, "'"), " to download (yet)"));
}

}  // namespace rad::cli
