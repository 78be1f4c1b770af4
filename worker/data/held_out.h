// held_out.h: text that training never sees, for perplexity. No torch.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/text/tokenizer.h"

namespace rad {

// Sequences of spec.sequence_tokens consecutive tokens of held-out documents, taken from all of them in turn
// until there are `tokens` tokens (rounded down to whole sequences, at least one) or the text ends.
// INVALID_ARGUMENT where there is no held-out text of that length.
absl::StatusOr<std::vector<std::vector<TokenId>>> HeldOutSequences(const DataSpec& spec,
                                                                   const Tokenizer& tokenizer,
                                                                   std::int64_t tokens);

}  // namespace rad
