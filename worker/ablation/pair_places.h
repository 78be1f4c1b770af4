// pair_places.h: where the key-value lines of a text are among its tokens. No torch.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/probe.h"

namespace rad {

// A pair's line, in bytes of the text; the line break ends it.
struct PairLine {
  std::size_t begin = 0, value = 0, end = 0;
};

// `ids` are the tokens of a text of `text_bytes` bytes. Empty where the tokenizer does not keep the text's
// bytes (one that normalises it), as they then say nothing of its tokens.
absl::StatusOr<std::vector<PairPlace>> PlacesOf(std::span<const PairLine> lines, std::span<const TokenId> ids,
                                                std::size_t text_bytes, const Tokenizer& tokenizer);

}  // namespace rad
