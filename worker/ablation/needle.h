// needle.h: key-value lines hidden at random depths of a text. No torch.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/dictionary_text.h"
#include "worker/ablation/probe.h"
#include "worker/ablation/split_mix.h"

namespace rad {

// A prompt of exactly spec.context_tokens tokens: a stretch of spec.sources->text from a random place (past
// its end it goes on from its beginning), the entries' lines between its words, each at a depth of its own,
// drawn uniformly, and the question for one of them last. Text, lines and question are encoded apart, so that
// the length is exact.
// INVALID_ARGUMENT names the field: no text, a text shorter than that, no room for text beside the lines.
absl::StatusOr<ProbeExample> HideNeedles(const ProbeSpec& spec, const std::vector<DictionaryEntry>& entries,
                                         int asked, SplitMix& random, const Tokenizer& tokenizer);

}  // namespace rad
