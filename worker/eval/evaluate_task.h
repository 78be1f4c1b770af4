// evaluate_task.h: the task "evaluate": what a teacher or student retrieves, predicts and weighs. No torch
// here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/eval/task_questions.h"
#include "worker/model/precision.h"
#include "worker/task_host.h"

namespace rad {

struct EvaluateTask {
  std::filesystem::path teacher;
  Precision precision = Precision::kFloat32;
  std::vector<AskedTask> tasks;
  QuestionSource questions;  // probe.split is kEvaluate; held_out is read from `data` when a task needs it
  DataSpec data;             // its held-out part is the text
  std::int64_t text_tokens = 0;  // 0: no perplexity
};

struct DecodingMemory {
  std::int64_t context_tokens = 0;
  std::int64_t formula_bytes = 0;
  std::int64_t measured_bytes = 0;  // of an allocated cache, bf16
};

struct TaskAccuracy {
  AskedTask task;
  int examples = 0;
  int correct = 0;
};

struct EvaluationReport {
  std::vector<TaskAccuracy> tasks;  // as asked for
  std::int64_t text_tokens = 0;
  double perplexity = 0;               // NaN without text
  double kl = 0;                       // KL(teacher || model) per token, nats; 0 for the teacher
  std::vector<DecodingMemory> memory;  // at 128, 2048 and 4096 tokens
};

// Evaluates input "student" when the task has it, the teacher otherwise.
absl::StatusOr<EvaluationReport> RunEvaluateTask(const EvaluateTask& task, TaskHost& host);

}  // namespace rad
