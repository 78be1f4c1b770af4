#include "worker/eval/passage.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "worker/text/text_window.h"

namespace rad {
namespace {

constexpr std::size_t kBytesPerToken = 4;  // of English prose; leaves most passages their full length

const std::string& DrawDocument(const std::vector<std::string>& documents, SplitMix& random) {
  std::uint64_t bytes = 0;
  for (const std::string& document : documents) bytes += document.size();
  std::uint64_t at = random.Below(bytes);
  for (const std::string& document : documents) {
    if (at < document.size()) return document;
    at -= document.size();
  }
  return documents.back();
}

}  // namespace

absl::StatusOr<std::string> DrawPassage(const QuestionSource& source, int tokens, const Tokenizer& tokenizer,
                                        SplitMix& random) {
  if (source.held_out.empty()) {
    return absl::InvalidArgumentError(
        "evaluate.tasks: needle and last_word need held-out text; give data.text and data.held_out_share");
  }
  const std::string& text = DrawDocument(source.held_out, random);
  const std::size_t length = static_cast<std::size_t>(tokens) * kBytesPerToken;
  const std::size_t begin =
      NextWordStart(text, random.Below(text.size() - std::min(length, text.size()) + 1));
  const auto ids = TokensFrom(tokenizer, text, begin, tokens);
  if (!ids.ok()) return ids.status();
  const auto bytes = tokenizer.DecodeBytes(*ids);
  if (!bytes.ok()) return bytes.status();
  return ReplaceInvalidUtf8(*bytes);
}

std::vector<std::size_t> SentenceEnds(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    const char last = text[i - 1];
    const bool stops = last == '.' || last == '!' || last == '?';
    if (stops && (i == text.size() || absl::ascii_isspace(text[i]))) ends.push_back(i);
  }
  return ends;
}

}  // namespace rad
