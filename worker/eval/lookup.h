// lookup.h: questions about one piece of text among as many others as the prompt has room for. No torch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "worker/eval/question.h"
#include "worker/model/str_cat.h"

namespace rad {

struct LookupPiece {
  std::string name;  // pieces of one name are never in one prompt: the question could mean either
  std::string text;  // with its own line breaks
};

struct LookupQuestion {
  std::size_t asked = 0;  // the piece that holds the answer
  std::string text, answer;
};

// `intro`, then the asked piece at a random place among others drawn at random, then the question: a prompt
// of at most context_tokens. Nothing when not even one other piece fits.
absl::StatusOr<std::optional<ProbeExample>> MakeLookup(std::string_view intro,
                                                       const std::vector<LookupPiece>& pieces,
                                                       const LookupQuestion& question, int context_tokens,
                                                       const Tokenizer& tokenizer, SplitMix& random);

// The questions of a task. draw(random) -> LookupQuestion; one that does not fit is drawn again.
// INVALID_ARGUMENT names evaluate.context_tokens and `field` when none fits.
template <typename Draw>
Questions LookupQuestions(const AskedTask& task, const QuestionSource& source, const Tokenizer& tokenizer,
                          std::string_view intro, const std::vector<LookupPiece>& pieces,
                          std::string_view field, const Draw& draw) {
  constexpr int kMaxDraws = 100;  // only a file of pieces nearly as long as the prompt needs many
  return ForEachQuestion(task, source, [&](SplitMix& random) -> absl::StatusOr<ProbeExample> {
    for (int i = 0; i < kMaxDraws; ++i) {
      auto made = MakeLookup(intro, pieces, draw(random), source.context_tokens, tokenizer, random);
      if (!made.ok()) return made.status();
      if (*made) return **std::move(made);
    }
    return absl::InvalidArgumentError(StrCat("evaluate.context_tokens: ", source.context_tokens,
                                             " cannot hold a question and two pieces of ", field,
                                             "; raise it or give shorter ones"));
  });
}

}  // namespace rad
