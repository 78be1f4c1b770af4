#include "worker/eval/evaluate_task.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "absl/status/status.h"
#include "worker/data/held_out.h"
#include "worker/data/report_reading.h"
#include "worker/eval/answer_probe.h"
#include "worker/eval/text_loss.h"
#include "worker/model/hybrid_decode.h"
#include "worker/model/memory_meter.h"
#include "worker/model/str_cat.h"
#include "worker/model/student_file.h"
#include "worker/model/teacher_model.h"
#include "worker/model/working_dtype.h"

namespace rad {
namespace {

constexpr std::int64_t kMemoryContexts[] = {128, 2048, 4096};  // tokens; as published

struct Models {
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<LanguageModel> teacher;
  std::unique_ptr<LanguageModel> student;  // null: the teacher is evaluated
  std::int64_t teacher_bytes = 0;

  const LanguageModel& evaluated() const { return student == nullptr ? *teacher : *student; }
};

// The student's folder, or nothing when the task has no such input.
absl::StatusOr<std::unique_ptr<LanguageModel>> LoadStudentInput(const Transformer& teacher,
                                                                const ModelFile& file, TaskHost& host) {
  const auto folder = host.Input("student");
  if (absl::IsNotFound(folder.status())) return nullptr;
  if (!folder.ok()) return folder.status();
  const auto digest = file.Digest();
  if (!digest.ok()) return digest.status();
  auto student = LoadStudent(*folder, teacher, *digest);
  if (!student.ok()) return student.status();
  return MakeHybridModel(*std::move(student));
}

absl::StatusOr<Models> LoadModels(const EvaluateTask& task, TaskHost& host) {
  host.Report({.phase = "loading models"});
  Models models;
  auto tokenizer = OpenTokenizer(task.teacher);
  if (!tokenizer.ok()) return tokenizer.status();
  models.tokenizer = *std::move(tokenizer);
  const auto file = OpenModelFile(task.teacher);
  if (!file.ok()) return file.status();
  auto teacher = LoadTransformer(**file, WorkingDtype(task.precision));
  if (!teacher.ok()) return teacher.status();
  auto student = LoadStudentInput(*teacher, **file, host);
  if (!student.ok()) return student.status();
  models.student = *std::move(student);
  models.teacher_bytes = WeightBytes(*teacher);
  models.teacher = MakeTeacherModel(*std::move(teacher));
  return models;
}

// Sends how far one phase is; false once the task is to stop.
class PhaseReport {
 public:
  PhaseReport(TaskHost& host, const Models& models, std::string phase, const char* unit, std::int64_t total)
      : host_(host) {
    progress_.phase = std::move(phase);
    progress_.unit = unit;
    progress_.total = static_cast<double>(total);
    progress_.memory_bytes["weights"] = models.teacher_bytes;
  }

  bool operator()(std::int64_t done) {
    progress_.done = static_cast<double>(done);
    progress_.memory_bytes["activations_peak"] = meter_.PeakBytes();
    host_.Report(progress_);
    return !host_.StopRequested();
  }

 private:
  TaskHost& host_;
  TaskProgress progress_;
  const MemoryMeter meter_;
};

absl::Status CheckLengths(const AskedTask& task, const std::vector<ProbeExample>& questions,
                          std::int64_t context) {
  for (const ProbeExample& question : questions) {
    if (static_cast<std::int64_t>(question.ids.size()) <= context) continue;
    return absl::InvalidArgumentError(
        StrCat("evaluate.tasks: a question of ", TaskName(task.kind), " has ", question.ids.size(),
               " tokens, but the teacher's context ends at ", context, "; lower evaluate.",
               task.kind == TaskKind::kKvRetrieval ? "pairs" : "context_tokens"));
  }
  return absl::OkStatus();
}

absl::StatusOr<TaskAccuracy> AnswerTask(const AskedTask& task, const QuestionSource& source,
                                        const Models& models, TaskHost& host) {
  const auto questions = MakeQuestions(task, source, *models.tokenizer);
  if (!questions.ok()) return questions.status();
  const LanguageModel& model = models.evaluated();
  if (absl::Status status = CheckLengths(task, *questions, model.config().context); !status.ok())
    return status;
  PhaseReport progress(host, models, StrCat("answering ", TaskName(task.kind)), "examples", source.questions);
  const auto run = AnswerProbe(model, *questions, [&](std::int64_t done) { return progress(done); });
  if (!run.ok()) return run.status();
  TaskAccuracy accuracy{task, source.questions};
  for (const bool correct : run->correct) accuracy.correct += correct;
  return accuracy;
}

bool AsksAboutHeldOutText(const EvaluateTask& task) {
  return std::any_of(task.tasks.begin(), task.tasks.end(),
                     [](const AskedTask& asked) { return ReadsHeldOutText(asked.kind); });
}

// Empty when nothing of it is asked for.
absl::StatusOr<Corpus> OpenText(const EvaluateTask& task, const Models& models, TaskHost& host) {
  if (task.text_tokens == 0 && !AsksAboutHeldOutText(task)) return Corpus();
  return OpenCorpus(task.data, *models.tokenizer, ReportReading(host));
}

absl::Status AnswerTasks(const EvaluateTask& task, const Corpus& text, const Models& models, TaskHost& host,
                         EvaluationReport& report) {
  QuestionSource source = task.questions;
  if (AsksAboutHeldOutText(task)) {
    auto held_out = HeldOutTexts(text, *models.tokenizer);
    if (!held_out.ok()) return held_out.status();
    source.held_out = *std::move(held_out);
  }
  for (const AskedTask& asked : task.tasks) {
    auto accuracy = AnswerTask(asked, source, models, host);
    if (!accuracy.ok()) return accuracy.status();
    report.tasks.push_back(*std::move(accuracy));
  }
  return absl::OkStatus();
}

absl::Status EvaluateText(const EvaluateTask& task, const Corpus& text, const Models& models, TaskHost& host,
                          EvaluationReport& report) {
  report.perplexity = std::numeric_limits<double>::quiet_NaN();
  if (task.text_tokens == 0) return absl::OkStatus();
  const auto sequences = HeldOutSequences(text, task.data.sequence_tokens, task.text_tokens);
  if (!sequences.ok()) return sequences.status();
  PhaseReport progress(host, models, "predicting held-out text", "tokens", task.text_tokens);
  const LanguageModel* compare_with = models.student == nullptr ? nullptr : models.teacher.get();
  const auto loss = MeasureText(models.evaluated(), compare_with, *sequences,
                                [&](std::int64_t done) { return progress(done); });
  if (!loss.ok()) return loss.status();
  report.text_tokens = loss->tokens;
  report.perplexity = std::exp(loss->nll);
  report.kl = loss->kl;
  return absl::OkStatus();
}

// The cache is allocated as decoding would, for one sequence, in the published dtype.
absl::Status EvaluateMemory(const Models& models, TaskHost& host, EvaluationReport& report) {
  TaskProgress progress{.phase = "measuring decoding memory", .unit = "contexts"};
  progress.memory_bytes["weights"] = models.teacher_bytes;
  for (const std::int64_t context : kMemoryContexts) {
    const auto state = models.evaluated().NewDecodeState(1, context, at::kBFloat16);
    DecodingMemory memory{context, models.evaluated().DecodingBytesByFormula(context), 0};
    for (const auto& [kind, bytes] : state->MeasuredBytes()) {
      memory.measured_bytes += bytes;
      progress.memory_bytes[kind] = bytes;
    }
    if (memory.measured_bytes != memory.formula_bytes) {
      return absl::InternalError(StrCat("decoding ", context, " tokens holds ", memory.measured_bytes,
                                        " bytes, but the formula gives ", memory.formula_bytes));
    }
    report.memory.push_back(memory);
    host.Report(progress);
  }
  return absl::OkStatus();
}

absl::Status Check(const EvaluateTask& task) {
  if (task.questions.questions < 0) {
    return absl::InvalidArgumentError(
        StrCat("evaluate.examples is ", task.questions.questions, "; it must be 0 or more"));
  }
  if (task.text_tokens < 0) {
    return absl::InvalidArgumentError(
        StrCat("evaluate.text_tokens is ", task.text_tokens, "; it must be 0 (no perplexity) or more"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EvaluationReport> RunEvaluateTask(const EvaluateTask& task, TaskHost& host) {
  absl::Status status = Check(task);
  if (!status.ok()) return status;
  const auto models = LoadModels(task, host);
  if (!models.ok()) return models.status();
  const auto text = OpenText(task, *models, host);
  if (!text.ok()) return text.status();
  EvaluationReport report;
  status.Update(AnswerTasks(task, *text, *models, host, report));
  if (status.ok()) status.Update(EvaluateText(task, *text, *models, host, report));
  if (status.ok()) status.Update(EvaluateMemory(*models, host, report));
  if (!status.ok()) return status;
  return report;
}

}  // namespace rad
