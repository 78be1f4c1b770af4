#include "worker/distill/align_task.h"
#include "worker/tasks/spec.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {

absl::StatusOr<v1::AlignResult> Align(const v1::AlignHeads& work, Precision precision, TaskHost& host,
                                      const std::filesystem::path& output) {
  const auto data = DataOf(work.data(), work.probe());
  if (!data.ok()) return data.status();
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto report = RunAlignTask({.teacher = *teacher,
                                    .precision = precision,
                                    .state_dim = static_cast<int>(work.state_dim()),
                                    .data = *data,
                                    .tokens = static_cast<std::int64_t>(work.align().tokens()),
                                    .learning_rate = work.align().learning_rate(),
                                    .batch_sequences = static_cast<int>(work.align().batch_sequences())},
                                   host, output);
  if (!report.ok()) return report.status();
  v1::AlignResult result;
  result.set_tokens(static_cast<std::uint64_t>(report->tokens));
  result.set_first_error(report->first_error);
  result.set_last_error(report->last_error);
  return result;
}

}  // namespace rad
