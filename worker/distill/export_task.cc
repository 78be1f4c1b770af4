#include "worker/distill/export_task.h"

#include "absl/status/status.h"
#include "worker/model/student_folder.h"
#include "worker/text/tokenizer.h"

namespace rad {

absl::StatusOr<ExportReport> RunExportTask(const std::filesystem::path& teacher_path, TaskHost& host,
                                           const std::filesystem::path& output) {
  host.Report({.phase = "reading teacher and student", .total = 1, .unit = "models"});
  const auto teacher = OpenModelFile(teacher_path);
  if (!teacher.ok()) return teacher.status();
  const auto tokenizer = OpenTokenizer(teacher_path);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto digest = (*teacher)->Digest();
  if (!digest.ok()) return digest.status();
  const auto folder = host.Input("student");
  if (!folder.ok()) return folder.status();
  const auto student = ReadStudentFile(*folder, (*teacher)->config(), *digest);
  if (!student.ok()) return student.status();
  if (host.StopRequested()) return absl::CancelledError("stopped before the export was written");

  host.Report({.phase = "writing the student's folder", .total = 1, .unit = "models"});
  const auto size = WriteStudentFolder(output, **teacher, *student, **tokenizer);
  if (!size.ok()) return size.status();
  host.Report({.phase = "writing the student's folder", .done = 1, .total = 1, .unit = "models"});
  return ExportReport{size->parameters, size->bytes};
}

}  // namespace rad
