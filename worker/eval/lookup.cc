#include "worker/eval/lookup.h"

#include <numeric>

#include "worker/model/str_cat.h"

namespace rad {

absl::StatusOr<std::optional<ProbeExample>> MakeLookup(std::string_view intro,
                                                       const std::vector<LookupPiece>& pieces,
                                                       const LookupQuestion& question, int context_tokens,
                                                       const Tokenizer& tokenizer, SplitMix& random) {
  const LookupPiece& asked = pieces[question.asked];
  const auto taken = CountTokens(StrCat(intro, asked.text, question.text), tokenizer);
  if (!taken.ok()) return taken.status();
  int room = context_tokens - *taken;
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0);
  // A piece has a token at least, so that more of them than tokens are never looked at.
  order = random.Sample(std::move(order), std::min<std::size_t>(pieces.size(), context_tokens));
  std::vector<const LookupPiece*> shown;
  for (const std::size_t i : order) {
    if (pieces[i].name == asked.name) continue;
    const auto tokens = CountTokens(pieces[i].text, tokenizer);
    if (!tokens.ok()) return tokens.status();
    if ((room -= *tokens) < 0) break;
    shown.push_back(&pieces[i]);
  }
  if (shown.empty()) return std::nullopt;
  shown.insert(shown.begin() + static_cast<std::ptrdiff_t>(random.Below(shown.size() + 1)), &asked);
  std::string prompt(intro);
  for (const LookupPiece* piece : shown) prompt += piece->text;
  auto made = EncodeQuestion(prompt + question.text, question.answer, tokenizer);
  if (!made.ok()) return made.status();
  return *std::move(made);
}

}  // namespace rad
