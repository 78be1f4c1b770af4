#include "absl/strings/str_cat.h"
#include "worker/eval/evaluate_task.h"
#include "worker/eval/wilson.h"
#include "worker/tasks/data_files.h"
#include "worker/tasks/evaluate_files.h"
#include "worker/tasks/probe_files.h"
#include "worker/tasks/spec.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {
namespace {

struct TaskWord {
  v1::Evaluate::Task word;
  TaskKind kind;
};
constexpr TaskWord kTaskWords[] = {
    {v1::Evaluate::KV_RETRIEVAL, TaskKind::kKvRetrieval},
    {v1::Evaluate::NEEDLE, TaskKind::kNeedle},
    {v1::Evaluate::RECORD_LOOKUP, TaskKind::kRecordLookup},
    {v1::Evaluate::DEFINITION_LOOKUP, TaskKind::kDefinitionLookup},
    {v1::Evaluate::LAST_WORD, TaskKind::kLastWord},
};

v1::Evaluate::Task WordOf(TaskKind kind) {
  for (const TaskWord& known : kTaskWords) {
    if (known.kind == kind) return known.word;
  }
  return v1::Evaluate::TASK_UNSPECIFIED;
}

// PERPLEXITY asks no questions: text_tokens says how much of it.
absl::Status AddTask(const v1::Evaluate& evaluate, v1::Evaluate::Task word, std::vector<AskedTask>& tasks) {
  if (word == v1::Evaluate::PERPLEXITY) return absl::OkStatus();
  for (const TaskWord& known : kTaskWords) {
    if (known.word != word) continue;
    if (known.kind == TaskKind::kKvRetrieval) {
      for (const std::uint32_t pairs : evaluate.pairs())
        tasks.push_back({known.kind, static_cast<int>(pairs)});
    } else {
      tasks.push_back({known.kind});
    }
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("evaluate.tasks: ", word, " is unknown to this worker; upgrade it"));
}

absl::StatusOr<std::vector<AskedTask>> TasksOf(const v1::Evaluate& evaluate) {
  std::vector<AskedTask> tasks;
  for (const int word : evaluate.tasks()) {
    const absl::Status status = AddTask(evaluate, static_cast<v1::Evaluate::Task>(word), tasks);
    if (!status.ok()) return status;
  }
  return tasks;
}

v1::TaskAccuracy ToProto(const TaskAccuracy& accuracy) {
  v1::TaskAccuracy message;
  message.set_task(WordOf(accuracy.task.kind));
  message.set_pairs(static_cast<std::uint32_t>(accuracy.task.pairs));
  message.set_examples(static_cast<std::uint32_t>(accuracy.examples));
  message.set_correct(static_cast<std::uint32_t>(accuracy.correct));
  const Interval interval = WilsonInterval95(message.correct(), message.examples());
  message.set_low(interval.low);
  message.set_high(interval.high);
  return message;
}

void AddAccuracies(const std::vector<TaskAccuracy>& accuracies, v1::Evaluation& evaluation) {
  for (const TaskAccuracy& accuracy : accuracies) {
    const v1::TaskAccuracy message = ToProto(accuracy);
    *evaluation.add_tasks() = message;
    if (message.task() != v1::Evaluate::KV_RETRIEVAL || evaluation.examples() > 0) continue;
    evaluation.set_examples(message.examples());
    evaluation.set_correct(message.correct());
  }
}

}  // namespace

absl::StatusOr<v1::Evaluation> Evaluate(const v1::EvaluateModel& work, Precision precision, TaskHost& host) {
  const auto probe =
      CheckedProbe(work.probe(), work.probe_files(), ProbeSplit::kEvaluate, work.evaluate().seed());
  if (!probe.ok()) return probe.status();
  absl::Status files = CheckEvaluateFiles(work.evaluate(), work.data_files());
  if (!files.ok()) return files;
  auto tasks = TasksOf(work.evaluate());
  if (!tasks.ok()) return tasks.status();
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto report =
      RunEvaluateTask({.teacher = *teacher,
                       .precision = precision,
                       .tasks = *std::move(tasks),
                       .questions = {.probe = *probe,
                                     .questions = static_cast<int>(work.evaluate().examples()),
                                     .context_tokens = static_cast<int>(work.evaluate().context_tokens()),
                                     .records = work.evaluate().records(),
                                     .definitions = work.evaluate().definitions()},
                       .data = CheckedData(work.data(), work.data_files(), *probe, host),
                       .text_tokens = static_cast<std::int64_t>(work.evaluate().text_tokens())},
                      host);
  if (!report.ok()) return report.status();
  v1::Evaluation evaluation;
  AddAccuracies(report->tasks, evaluation);
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
