// question.h: what the tasks share: a question as token ids, and its draw of random numbers. No torch.
#pragma once

#include <string_view>

#include "worker/ablation/split_mix.h"
#include "worker/eval/task_questions.h"

namespace rad {

// Prompt and answer are encoded apart, so that the answer's tokens are its own whatever the tokenizer merges.
// INVALID_ARGUMENT when either has no tokens.
absl::StatusOr<ProbeExample> EncodeQuestion(std::string_view prompt, std::string_view answer,
                                            const Tokenizer& tokenizer);

absl::StatusOr<int> CountTokens(std::string_view text, const Tokenizer& tokenizer);

// Of one question.
inline SplitMix RandomOf(const AskedTask& task, const QuestionSource& source, int question) {
  return SplitMix{source.probe.seed, static_cast<std::uint64_t>(task.kind),
                  static_cast<std::uint64_t>(question)};
}

// make(random) for each question of the task, until one is an error.
template <typename Make>
Questions ForEachQuestion(const AskedTask& task, const QuestionSource& source, const Make& make) {
  std::vector<ProbeExample> questions;
  for (int i = 0; i < source.questions; ++i) {
    SplitMix random = RandomOf(task, source, i);
    absl::StatusOr<ProbeExample> question = make(random);
    if (!question.ok()) return question.status();
    questions.push_back(*std::move(question));
  }
  return questions;
}

}  // namespace rad
