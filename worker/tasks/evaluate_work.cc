#include "worker/eval/evaluate_task.h"
#include "worker/tasks/probe_files.h"
#include "worker/tasks/spec.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {

absl::StatusOr<v1::Evaluation> Evaluate(const v1::EvaluateModel& work, Precision precision, TaskHost& host) {
  const auto probe =
      CheckedProbe(work.probe(), work.probe_files(), ProbeSplit::kEvaluate, work.evaluate().seed());
  if (!probe.ok()) return probe.status();
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto report =
      RunEvaluateTask({.teacher = *teacher,
                       .precision = precision,
                       .probe = *probe,
                       .examples = static_cast<int>(work.evaluate().examples()),
                       .data = DataOf(work.data(), *probe),
                       .text_tokens = static_cast<std::int64_t>(work.evaluate().text_tokens())},
                      host);
  if (!report.ok()) return report.status();
  v1::Evaluation evaluation;
  evaluation.set_examples(static_cast<std::uint32_t>(report->examples));
  evaluation.set_correct(static_cast<std::uint32_t>(report->correct));
  evaluation.set_text_tokens(static_cast<std::uint64_t>(report->text_tokens));
  evaluation.set_perplexity(report->perplexity);
  evaluation.set_kl(report->kl);
  for (const DecodingMemory& memory : report->memory) {
    v1::DecodingMemory* message = evaluation.add_memory();
    message->set_context_tokens(static_cast<std::uint32_t>(memory.context_tokens));
    message->set_formula_bytes(static_cast<std::uint64_t>(memory.formula_bytes));
    message->set_measured_bytes(static_cast<std::uint64_t>(memory.measured_bytes));
  }
  return evaluation;
}

}  // namespace rad
