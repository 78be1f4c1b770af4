#include "worker/eval/question.h"

#include "worker/model/str_cat.h"

namespace rad {

absl::StatusOr<ProbeExample> EncodeQuestion(std::string_view prompt, std::string_view answer,
                                            const Tokenizer& tokenizer) {
  auto ids = tokenizer.Encode(prompt);
  if (!ids.ok()) return ids.status();
  const auto answer_ids = tokenizer.Encode(answer);
  if (!answer_ids.ok()) return answer_ids.status();
  if (ids->empty() || answer_ids->empty()) {
    return absl::InvalidArgumentError(
        StrCat("the teacher's tokenizer turns a question's answer \"", answer, "\" into no tokens"));
  }
  ProbeExample question{*std::move(ids), static_cast<int>(answer_ids->size())};
  question.ids.insert(question.ids.end(), answer_ids->begin(), answer_ids->end());
  return question;
}

absl::StatusOr<int> CountTokens(std::string_view text, const Tokenizer& tokenizer) {
  const auto ids = tokenizer.Encode(text);
  if (!ids.ok()) return ids.status();
  return static_cast<int>(ids->size());
}

}  // namespace rad
