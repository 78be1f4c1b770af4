// tokenizer_json.h: Hugging Face's tokenizer.json, for the four families of pre-tokenizer that are known.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/text/tokenizer_spec.h"

namespace rad {

struct SpecialMarks {
  std::optional<TokenId> bos, eos;
};

// The file does not say which tokens are BOS and EOS: that comes from beside it. INVALID_ARGUMENT names a
// part of the file that would be computed differently than it says.
absl::StatusOr<std::unique_ptr<Tokenizer>> ReadTokenizerJson(std::string_view text, SpecialMarks marks);

std::string WriteTokenizerJson(const TokenizerSpec& spec);

}  // namespace rad
