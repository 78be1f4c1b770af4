// passage.h: stretches of held-out text. No torch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "worker/eval/question.h"

namespace rad {

// At most `tokens` tokens from a random place of a random held-out document (longer ones more often), from
// the start of a word on, as UTF-8. INVALID_ARGUMENT without held-out text.
absl::StatusOr<std::string> DrawPassage(const QuestionSource& source, int tokens, const Tokenizer& tokenizer,
                                        SplitMix& random);

// The offsets just after the '.', '!' or '?' that end a sentence: white space or the text's end follows.
std::vector<std::size_t> SentenceEnds(std::string_view text);

}  // namespace rad
