#include "worker/data/held_out.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rad {

absl::StatusOr<std::vector<std::vector<TokenId>>> HeldOutSequences(const Corpus& corpus,
                                                                   std::int64_t sequence_tokens,
                                                                   std::int64_t tokens) {
  if (corpus.held_out.empty()) {
    return absl::InvalidArgumentError(
        "evaluate.text_tokens: there is no held-out text; give data.text and data.held_out_share, or set it "
        "to 0");
  }
  const auto length = static_cast<std::size_t>(sequence_tokens);
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(tokens / sequence_tokens, 1));
  std::vector<std::vector<TokenId>> sequences;
  for (std::size_t round = 0, before = 1; sequences.size() != before; ++round) {
    before = sequences.size();
    for (const TokenSpan& document : corpus.held_out) {
      if (document.size() < (round + 1) * length) continue;
      sequences.push_back(document.Part(round * length, length).Ids());
      if (sequences.size() == wanted) return sequences;
    }
  }
  if (sequences.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("data.sequence_tokens: no held-out document has ",
                                                   sequence_tokens,
                                                   " tokens; lower it or add longer documents"));
  }
  return sequences;
}

absl::StatusOr<std::vector<std::string>> HeldOutTexts(const Corpus& corpus, const Tokenizer& tokenizer) {
  std::vector<std::string> texts;
  for (const TokenSpan& document : corpus.held_out) {
    auto bytes = tokenizer.DecodeBytes(document.Ids());
    if (!bytes.ok()) return bytes.status();
    texts.push_back(*std::move(bytes));
  }
  return texts;
}

}  // namespace rad
