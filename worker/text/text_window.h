// text_window.h: tokens of a stretch of a document, without tokenising the rest of it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/text/tokenizer.h"

namespace rad {

// The first byte at or after `offset` that follows white space (or begins the text): a place where cutting
// does not invent a word. Where no white space is near, the next character boundary.
std::size_t NextWordStart(std::string_view text, std::size_t offset);

// The first `tokens` tokens of text.substr(begin), fewer only where the text ends before. Bytes that are not
// UTF-8 become U+FFFD.
absl::StatusOr<std::vector<TokenId>> TokensFrom(const Tokenizer& tokenizer, std::string_view text,
                                                std::size_t begin, std::int64_t tokens);

}  // namespace rad
