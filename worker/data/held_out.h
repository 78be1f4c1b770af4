// held_out.h: text that training never sees, for evaluation. No torch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/corpus.h"

namespace rad {

// Sequences of `sequence_tokens` consecutive tokens of held-out documents, taken from all of them in turn
// until there are `tokens` tokens (rounded down to whole sequences, at least one) or the text ends.
// INVALID_ARGUMENT where there is no held-out text of that length.
absl::StatusOr<std::vector<std::vector<TokenId>>> HeldOutSequences(const Corpus& corpus,
                                                                   std::int64_t sequence_tokens,
                                                                   std::int64_t tokens);

// The held-out documents as text.
absl::StatusOr<std::vector<std::string>> HeldOutTexts(const Corpus& corpus, const Tokenizer& tokenizer);

}  // namespace rad
