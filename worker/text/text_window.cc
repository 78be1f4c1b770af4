#include "worker/text/text_window.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace rad {
namespace {

constexpr std::size_t kMaxWordBytes = 200;  // scripts without spaces are cut at a character instead
constexpr std::size_t kBytesPerToken = 6;   // more than English prose has, so that one try is the rule
constexpr std::size_t kSlackBytes = 64;     // the last word may be cut short: its tokens are dropped

bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

}  // namespace

std::size_t NextWordStart(std::string_view text, std::size_t offset) {
  if (offset == 0) return 0;
  const std::size_t limit = std::min(text.size(), offset + kMaxWordBytes);
  for (std::size_t i = offset; i < limit; ++i) {
    if (absl::ascii_isspace(text[i - 1]) && !absl::ascii_isspace(text[i])) return i;
  }
  while (offset < text.size() && IsContinuationByte(text[offset])) ++offset;
  return std::min(offset, text.size());
}

absl::StatusOr<std::vector<TokenId>> TokensFrom(const Tokenizer& tokenizer, std::string_view text,
                                                std::size_t begin, std::int64_t tokens) {
  text = text.substr(std::min(begin, text.size()));
  const auto wanted = static_cast<std::size_t>(tokens);
  for (std::size_t bytes = wanted * kBytesPerToken + kSlackBytes;; bytes *= 2) {
    const std::string window = ReplaceInvalidUtf8(text.substr(0, bytes));
    absl::StatusOr<std::vector<TokenId>> ids = tokenizer.Encode(window);
    if (!ids.ok()) return ids.status();
    const bool whole = bytes >= text.size();
    // Tokens near a cut are not those of the whole text; with twice the slack to spare none of them is used.
    if (whole || ids->size() >= wanted + kSlackBytes / 2) {
      ids->resize(std::min(ids->size(), wanted));
      return ids;
    }
  }
}

}  // namespace rad
