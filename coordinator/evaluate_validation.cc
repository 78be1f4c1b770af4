#include "coordinator/evaluate_validation.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "coordinator/data_validation.h"

namespace rad {
namespace {

constexpr std::uint32_t kMaxExamples = 100'000;
constexpr std::uint32_t kMaxPairs = 100;  // the probe's values are distinct integers 0..99
constexpr std::uint64_t kMaxTextTokens = 1'000'000'000'000;
constexpr std::uint32_t kMinContextTokens = 64;  // a question alone takes up to 50
constexpr std::uint32_t kMaxContextTokens = 1u << 20;

std::string WordOf(v1::Evaluate::Task task) { return absl::AsciiStrToLower(v1::Evaluate::Task_Name(task)); }

bool Asks(const v1::Evaluate& evaluate, v1::Evaluate::Task task) {
  return std::count(evaluate.tasks().begin(), evaluate.tasks().end(), task) > 0;
}

void CheckTasks(const v1::Evaluate& evaluate, Violations& found) {
  std::set<int> seen;
  for (int i = 0; i < evaluate.tasks_size(); ++i) {
    const std::string item = absl::StrCat("spec.evaluate.tasks[", i, "]");
    if (!v1::Evaluate::Task_IsValid(evaluate.tasks(i)) ||
        evaluate.tasks(i) == v1::Evaluate::TASK_UNSPECIFIED) {
      found.Add(item,
                absl::StrCat("is ", evaluate.tasks(i), ", which is no task that this coordinator knows"));
    } else if (!seen.insert(evaluate.tasks(i)).second) {
      found.Add(item,
                absl::StrCat("is ", WordOf(evaluate.tasks(i)), ", which is listed before; list it once"));
    }
  }
}

void CheckPairs(const v1::Evaluate& evaluate, Violations& found) {
  std::set<std::uint32_t> seen;
  for (int i = 0; i < evaluate.pairs_size(); ++i) {
    const std::string item = absl::StrCat("spec.evaluate.pairs[", i, "]");
    found.Range(item, evaluate.pairs(i), 1u, kMaxPairs);
    if (!seen.insert(evaluate.pairs(i)).second)
      found.Add(item, absl::StrCat("is ", evaluate.pairs(i), ", which is listed before; list it once"));
  }
  if (evaluate.pairs_size() > 0 && !Asks(evaluate, v1::Evaluate::KV_RETRIEVAL))
    found.Add("spec.evaluate.pairs", "are of kv_retrieval, which spec.evaluate.tasks lacks; remove one");
}

// A file that one task reads: given with that task, and only then.
void CheckFile(const v1::Evaluate& evaluate, v1::Evaluate::Task task, absl::string_view field,
               const std::string& path, absl::string_view lines, Violations& found) {
  if (!Asks(evaluate, task)) {
    if (!path.empty()) {
      found.Add(field, absl::StrCat("is \"", path, "\", a file for ", WordOf(task),
                                    ", which spec.evaluate.tasks lacks; add it or remove the file"));
    }
  } else if (path.empty()) {
    found.Add(field, absl::StrCat("is missing; ", WordOf(task), " needs a file of `", lines, "` lines"));
  } else if (!absl::StartsWith(path, "/")) {
    found.Add(field, absl::StrCat("is \"", path, "\", which is relative; workers need an absolute path"));
  }
}

void CheckText(const v1::JobSpec& spec, Violations& found) {
  const v1::Evaluate& evaluate = spec.evaluate();
  const bool perplexity = Asks(evaluate, v1::Evaluate::PERPLEXITY);
  if (perplexity != (evaluate.text_tokens() > 0)) {
    found.Add("spec.evaluate.text_tokens",
              absl::StrCat("is ", evaluate.text_tokens(), ", but spec.evaluate.tasks ",
                           perplexity ? "has perplexity; give 4096, or remove the task"
                                      : "has no perplexity; add it, or give 0"));
  }
  for (const int asked : evaluate.tasks()) {
    const auto task = static_cast<v1::Evaluate::Task>(asked);
    if (task != v1::Evaluate::PERPLEXITY && task != v1::Evaluate::NEEDLE && task != v1::Evaluate::LAST_WORD)
      continue;
    if (!NamesText(spec.data())) {
      return task == v1::Evaluate::PERPLEXITY
                 ? found.Add("spec.evaluate.text_tokens",
                             "needs spec.data.text; give text, or text_tokens: 0")
                 : found.Add("spec.evaluate.tasks",
                             absl::StrCat("has ", WordOf(task), ", which needs spec.data.text; give text"));
    }
    if (spec.data().held_out_share() == 0) {
      return found.Add(
          "spec.data.held_out_share",
          absl::StrCat("is 0, but ", WordOf(task), " of spec.evaluate.tasks reads held-out text; give 0.1"));
    }
  }
}

}  // namespace

void CheckEvaluate(const v1::JobSpec& spec, Violations& found) {
  const v1::Evaluate& evaluate = spec.evaluate();
  found.Range("spec.evaluate.examples", evaluate.examples(), 1u, kMaxExamples);
  found.Range("spec.evaluate.text_tokens", evaluate.text_tokens(), std::uint64_t{0}, kMaxTextTokens);
  found.Range("spec.evaluate.context_tokens", evaluate.context_tokens(), kMinContextTokens,
              kMaxContextTokens);
  CheckTasks(evaluate, found);
  CheckPairs(evaluate, found);
  CheckFile(evaluate, v1::Evaluate::RECORD_LOOKUP, "spec.evaluate.records", evaluate.records(), "key: value",
            found);
  CheckFile(evaluate, v1::Evaluate::DEFINITION_LOOKUP, "spec.evaluate.definitions", evaluate.definitions(),
            "term: definition", found);
  CheckText(spec, found);
}

}  // namespace rad
