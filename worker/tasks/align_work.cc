#include "worker/distill/align_task.h"
#include "worker/tasks/data_files.h"
#include "worker/tasks/probe_files.h"
#include "worker/tasks/spec.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {

absl::StatusOr<v1::AlignResult> Align(const v1::AlignHeads& work, Precision precision, TaskHost& host,
                                      const std::filesystem::path& output) {
  const auto prompts = CheckedProbe(work.probe(), work.probe_files(), ProbeSplit::kTrain, work.data().seed());
  if (!prompts.ok()) return prompts.status();
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto target = TargetOf(work.align().target());
  if (!target.ok()) return target.status();
  const auto join = JoinOf(work.join());
  if (!join.ok()) return join.status();
  const auto report = RunAlignTask({.teacher = *teacher,
                                    .precision = precision,
                                    .ssm = {work.state_dim(), work.head_dim()},
                                    .data = CheckedData(work.data(), work.data_files(), *prompts, host),
                                    .tokens = static_cast<std::int64_t>(work.align().tokens()),
                                    .learning_rate = work.align().learning_rate(),
                                    .batch_sequences = static_cast<int>(work.align().batch_sequences()),
                                    .warmup_share = work.align().warmup_share(),
                                    .decay_share = work.align().decay_share(),
                                    .target = *target,
                                    .kept = HeadsOf(work.kept()),
                                    .join = *join},
                                   host, output);
  if (!report.ok()) return report.status();
  v1::AlignResult result;
  result.set_tokens(static_cast<std::uint64_t>(report->tokens));
  result.set_first_error(report->first_error);
  result.set_last_error(report->last_error);
  return result;
}

}  // namespace rad
