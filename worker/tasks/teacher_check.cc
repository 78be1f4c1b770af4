#include "worker/tasks/teacher_check.h"

#include "absl/strings/str_cat.h"
#include "worker/model/model_file.h"

namespace rad {

absl::StatusOr<std::filesystem::path> CheckedTeacher(const v1::Teacher& teacher, const std::string& digest) {
  const std::filesystem::path path = teacher.path();
  const auto file = OpenModelFile(path);
  if (!file.ok()) return file.status();
  const auto found = (*file)->Digest();
  if (!found.ok()) return found.status();
  if (*found == digest) return path;
  return absl::FailedPreconditionError(
      absl::StrCat("teacher.path: ", teacher.path(), " changed since the job inspected it (its digest was ",
                   digest, ", now it is ", *found, "); submit the job again"));
}

}  // namespace rad
