// task_questions.h: the tasks that models are judged by: questions with one right answer, answered greedily
// (answer_probe.h). One file per task, one table of tasks in task_questions.cc. No torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/probe.h"
#include "worker/text/tokenizer.h"

namespace rad {

enum class TaskKind {
  kKvRetrieval,       // the value of a key among many
  kNeedle,            // a number in one sentence that was put into a stretch of text
  kRecordLookup,      // a field of one record among many
  kDefinitionLookup,  // how the definition of a term among many begins
  kLastWord,          // the last word of a passage in which it occurred before, as in LAMBADA
};

struct AskedTask {
  TaskKind kind = TaskKind::kKvRetrieval;
  int pairs = 0;  // of kKvRetrieval
};

// What questions are made from. Question i of a task depends on this and on i alone.
struct QuestionSource {
  ProbeSpec probe;                    // of kKvRetrieval but for its pairs; its seed is that of every task
  int questions = 0;                  // of each task
  int context_tokens = 256;           // most tokens of a prompt, but for kKvRetrieval
  std::vector<std::string> held_out;  // documents
  std::filesystem::path records;      // key_value_file.h
  std::filesystem::path definitions;  // the same; a line is a term and its definition
};

using Questions = absl::StatusOr<std::vector<ProbeExample>>;

// "kv_retrieval", ...; as in evaluate.tasks.
std::string_view TaskName(TaskKind kind);
bool ReadsHeldOutText(TaskKind kind);

// INVALID_ARGUMENT names the field whose text, records or definitions are missing, damaged or do not fit into
// context_tokens.
Questions MakeQuestions(const AskedTask& task, const QuestionSource& source, const Tokenizer& tokenizer);

// One a task.
Questions KvRetrievalQuestions(const AskedTask& task, const QuestionSource& source,
                               const Tokenizer& tokenizer);
Questions NeedleQuestions(const AskedTask& task, const QuestionSource& source, const Tokenizer& tokenizer);
Questions RecordLookupQuestions(const AskedTask& task, const QuestionSource& source,
                                const Tokenizer& tokenizer);
Questions DefinitionLookupQuestions(const AskedTask& task, const QuestionSource& source,
                                    const Tokenizer& tokenizer);
Questions LastWordQuestions(const AskedTask& task, const QuestionSource& source, const Tokenizer& tokenizer);

}  // namespace rad
