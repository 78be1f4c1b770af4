#include "worker/ablation/needle.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "worker/text/text_window.h"

namespace rad {
namespace {

using Tokens = std::vector<TokenId>;

constexpr std::int64_t kLeastTextTokens = 16;  // less would hide nothing
constexpr std::size_t kMaxWordTokens = 16;     // a script without spaces is divided where the depth fell

// A line as it stands in the text. That small models tell it from prose takes a blank line on either side and
// the word "key": SmolLM2-135M-Instruct answers half as often again as for a bare "cat: 42".
struct Line {
  std::string text;
  PairLine places;
};

Line RenderLine(ProbeTemplate prompt, const DictionaryEntry& entry) {
  const bool paper = prompt == ProbeTemplate::kPaper;
  Line line{.text = "\n\n"};
  line.places.begin = line.text.size();
  absl::StrAppend(&line.text, paper ? absl::StrCat(entry.key, ":") : absl::StrCat("key '", entry.key, "':"));
  line.places.value = line.text.size();
  absl::StrAppend(&line.text, paper ? "" : " ", entry.values.front(), "\n");
  line.places.end = line.text.size();
  absl::StrAppend(&line.text, "\n");
  return line;
}

std::string Intro() { return "Memorize the key-value lines that are hidden in this text:\n\n"; }

std::string Question(ProbeTemplate prompt, const std::string& key) {
  if (prompt == ProbeTemplate::kPaper) return absl::StrCat("\n\nThe value of the key '", key, "' is");
  return absl::StrCat("\n\nQuestion: what is the value of the key '", key, "'?\nAnswer: key '", key, "':");
}

struct EncodedLine {
  Tokens ids;
  std::vector<PairPlace> place;  // one, or none where the tokenizer rewrites the text
};

absl::StatusOr<std::vector<EncodedLine>> EncodeLines(const ProbeSpec& spec,
                                                     const std::vector<DictionaryEntry>& entries,
                                                     const Tokenizer& tokenizer) {
  std::vector<EncodedLine> lines;
  for (const DictionaryEntry& entry : entries) {
    const Line line = RenderLine(spec.prompt, entry);
    auto ids = tokenizer.Encode(line.text);
    if (!ids.ok()) return ids.status();
    auto place = PlacesOf({&line.places, 1}, *ids, line.text.size(), tokenizer);
    if (!place.ok()) return place.status();
    lines.push_back({*std::move(ids), *std::move(place)});
  }
  return lines;
}

absl::Status TooShort(const ProbeSpec& spec, std::int64_t tokens) {
  return absl::InvalidArgumentError(absl::StrCat(
      "probe.text has fewer than the ", tokens, " tokens that an example of probe.context_tokens ",
      spec.context_tokens, " takes; give a longer text or a shorter context"));
}

// `tokens` tokens from a random word on.
absl::StatusOr<Tokens> DrawText(const ProbeSpec& spec, std::int64_t tokens, SplitMix& random,
                                const Tokenizer& tokenizer) {
  const std::string& text = spec.sources->text;
  const std::size_t begin = NextWordStart(text, random.Below(text.size()));
  auto ids = TokensFrom(tokenizer, text, begin, tokens);
  if (!ids.ok()) return ids.status();
  const std::int64_t missing = tokens - static_cast<std::int64_t>(ids->size());
  if (missing == 0) return ids;
  const auto rest = TokensFrom(tokenizer, text.substr(0, begin), 0, missing);
  if (!rest.ok()) return rest.status();
  if (static_cast<std::int64_t>(rest->size()) < missing) return TooShort(spec, tokens);
  ids->insert(ids->end(), rest->begin(), rest->end());
  return ids;
}

// The first token at or after `at` that starts with white space: a line there cuts no word.
absl::StatusOr<std::size_t> NextGap(const Tokens& text, std::size_t at, const Tokenizer& tokenizer) {
  for (std::size_t i = at; i < std::min(text.size(), at + kMaxWordTokens); ++i) {
    const auto bytes = tokenizer.DecodeBytes({&text[i], 1});
    if (!bytes.ok()) return bytes.status();
    if (!bytes->empty() && absl::ascii_isspace(static_cast<unsigned char>(bytes->front()))) return i;
  }
  return at;
}

// Ascending.
absl::StatusOr<std::vector<std::size_t>> DrawDepths(const Tokens& text, std::size_t count, SplitMix& random,
                                                    const Tokenizer& tokenizer) {
  std::vector<std::size_t> depths;
  for (std::size_t i = 0; i < count; ++i) {
    const auto gap = NextGap(text, random.Below(text.size() + 1), tokenizer);
    if (!gap.ok()) return gap.status();
    depths.push_back(*gap);
  }
  std::sort(depths.begin(), depths.end());
  return depths;
}

void Append(std::span<const TokenId> more, Tokens& ids) { ids.insert(ids.end(), more.begin(), more.end()); }

// The lines between stretches of the text, in order; fills in where they are.
void Interleave(const Tokens& text, const std::vector<std::size_t>& depths,
                const std::vector<EncodedLine>& lines, ProbeExample& example) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Append(std::span(text).subspan(from, depths[i] - from), example.ids);
    from = depths[i];
    const int at = static_cast<int>(example.ids.size());
    for (const PairPlace& place : lines[i].place)
      example.pairs.push_back({at + place.begin, at + place.value, at + place.end});
    Append(lines[i].ids, example.ids);
  }
  Append(std::span(text).subspan(from), example.ids);
}

}  // namespace

absl::StatusOr<ProbeExample> HideNeedles(const ProbeSpec& spec, const std::vector<DictionaryEntry>& entries,
                                         int asked, SplitMix& random, const Tokenizer& tokenizer) {
  if (spec.sources == nullptr || spec.sources->text.empty()) {
    return absl::InvalidArgumentError("probe.text is missing; a needle probe hides its lines in a text file");
  }
  const DictionaryEntry& about = entries[static_cast<std::size_t>(asked)];
  const auto intro = tokenizer.Encode(Intro());
  const auto question = tokenizer.Encode(Question(spec.prompt, about.key));
  const auto answer = tokenizer.Encode(absl::StrCat(" ", about.values.front()));
  const auto lines = EncodeLines(spec, entries, tokenizer);
  for (const absl::Status& status : {intro.status(), question.status(), answer.status(), lines.status()})
    if (!status.ok()) return status;
  auto taken = static_cast<std::int64_t>(intro->size() + question->size());
  for (const EncodedLine& line : *lines) taken += static_cast<std::int64_t>(line.ids.size());
  const std::int64_t room = spec.context_tokens - taken;
  if (room < kLeastTextTokens) {
    return absl::InvalidArgumentError(
        absl::StrCat("probe.context_tokens is ", spec.context_tokens, ", but ", entries.size(),
                     " key-value lines and the question alone take ", taken,
                     " tokens; give more than twice as many, or fewer probe.pairs"));
  }
  const auto text = DrawText(spec, room, random, tokenizer);
  if (!text.ok()) return text.status();
  const auto depths = DrawDepths(*text, lines->size(), random, tokenizer);
  if (!depths.ok()) return depths.status();
  ProbeExample example{.ids = *intro, .answer_len = static_cast<int>(answer->size()), .asked = asked};
  Interleave(*text, *depths, *lines, example);
  Append(*question, example.ids);
  Append(*answer, example.ids);
  return example;
}

}  // namespace rad
