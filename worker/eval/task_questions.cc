#include "worker/eval/task_questions.h"

#include <cstdlib>

namespace rad {
namespace {

struct Task {
  TaskKind kind;
  std::string_view name;
  bool reads_held_out_text;
  Questions (*make)(const AskedTask&, const QuestionSource&, const Tokenizer&);
};

constexpr Task kTasks[] = {
    {TaskKind::kKvRetrieval, "kv_retrieval", false, KvRetrievalQuestions},
    {TaskKind::kNeedle, "needle", true, NeedleQuestions},
    {TaskKind::kRecordLookup, "record_lookup", false, RecordLookupQuestions},
    {TaskKind::kDefinitionLookup, "definition_lookup", false, DefinitionLookupQuestions},
    {TaskKind::kLastWord, "last_word", true, LastWordQuestions},
};

const Task& TaskOf(TaskKind kind) {
  for (const Task& task : kTasks) {
    if (task.kind == kind) return task;
  }
  std::abort();
}

}  // namespace

std::string_view TaskName(TaskKind kind) { return TaskOf(kind).name; }
bool ReadsHeldOutText(TaskKind kind) { return TaskOf(kind).reads_held_out_text; }

Questions MakeQuestions(const AskedTask& task, const QuestionSource& source, const Tokenizer& tokenizer) {
  return TaskOf(task.kind).make(task, source, tokenizer);
}

Questions KvRetrievalQuestions(const AskedTask& task, const QuestionSource& source,
                               const Tokenizer& tokenizer) {
  ProbeSpec probe = source.probe;
  probe.pairs = task.pairs;
  return MakeProbe(probe, tokenizer, 0, source.questions);
}

}  // namespace rad
