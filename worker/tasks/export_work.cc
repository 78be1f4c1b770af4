#include "worker/distill/export_task.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {

absl::StatusOr<v1::ExportResult> Export(const v1::ExportStudent& work, TaskHost& host,
                                        const std::filesystem::path& output) {
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto report = RunExportTask(*teacher, host, output);
  if (!report.ok()) return report.status();
  v1::ExportResult result;
  result.set_parameters(static_cast<std::uint64_t>(report->parameters));
  result.set_bytes(static_cast<std::uint64_t>(report->bytes));
  return result;
}

}  // namespace rad
