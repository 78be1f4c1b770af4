#include "worker/data/held_out.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "worker/data/documents.h"
#include "worker/text/text_window.h"

namespace rad {

absl::StatusOr<std::vector<std::vector<TokenId>>> HeldOutSequences(const DataSpec& spec,
                                                                   const Tokenizer& tokenizer,
                                                                   std::int64_t tokens) {
  absl::StatusOr<DocumentSplit> split = ReadDocuments(spec);
  if (!split.ok()) return split.status();
  const std::vector<Document>& documents = split->held_out;
  if (documents.empty()) {
    return absl::InvalidArgumentError(
        "evaluate.text_tokens: there is no held-out text; give data.text and data.held_out_share, or set it "
        "to 0");
  }
  const std::int64_t length = spec.sequence_tokens;
  const std::int64_t wanted = std::max<std::int64_t>(tokens / length, 1);
  const auto count = static_cast<std::int64_t>(documents.size());
  const std::int64_t rounds =
      (wanted + count - 1) / count;  // sequences of one document, if all are long enough

  std::vector<std::vector<std::vector<TokenId>>> pieces;
  for (const Document& document : documents) {
    // Every document gives up to twice its share, to make up for those that are short.
    absl::StatusOr<std::vector<TokenId>> ids = TokensFrom(tokenizer, document.text, 0, 2 * rounds * length);
    if (!ids.ok()) return ids.status();
    std::vector<std::vector<TokenId>>& of_document = pieces.emplace_back();
    for (auto begin = ids->begin(); ids->end() - begin >= length; begin += length) {
      of_document.emplace_back(begin, begin + length);
    }
  }
  std::vector<std::vector<TokenId>> sequences;
  for (std::size_t round = 0; round < static_cast<std::size_t>(2 * rounds); ++round) {
    for (std::vector<std::vector<TokenId>>& of_document : pieces) {
      if (static_cast<std::int64_t>(sequences.size()) == wanted) return sequences;
      if (round < of_document.size()) sequences.push_back(std::move(of_document[round]));
    }
  }
  if (sequences.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("data.sequence_tokens: no held-out document has ", length,
                                                   " tokens; lower it or add longer documents"));
  }
  return sequences;
}

}  // namespace rad
