// The task last_word, after LAMBADA: a passage of held-out text up to, but without, the last word of a
// sentence. The word occurred in the passage before, so that the passage, not the sentence alone, tells it.
#include <optional>

#include "absl/strings/ascii.h"
#include "worker/eval/passage.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

constexpr std::size_t kMinWordBytes = 4;  // shorter words are mostly grammar
constexpr int kMaxPassages = 1000;        // tried for one question: only a text without sentences needs many

bool IsLetter(char c) { return absl::ascii_isalpha(c) || (static_cast<unsigned char>(c) & 0x80U) != 0; }

// Whether `word` stands in text as a word of its own.
bool Contains(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !IsLetter(text[at - 1])) && (end == text.size() || !IsLetter(text[end]))) return true;
  }
  return false;
}

// The word that ends at the sentence's stop; empty where what stands there is none, or does not follow a
// space.
std::string_view WordBefore(std::string_view text, std::size_t stop) {
  std::size_t begin = stop;
  while (begin > 0 && IsLetter(text[begin - 1])) --begin;
  const bool after_space = begin > 0 && text[begin - 1] == ' ';
  return after_space ? text.substr(begin, stop - begin) : std::string_view();
}

struct Passage {
  std::string prompt, answer;
};

// The latest place of `text` that makes a question.
std::optional<Passage> CutAtALastWord(std::string_view text) {
  const std::vector<std::size_t> ends = SentenceEnds(text);
  for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
    const std::string_view word = WordBefore(text, *end - 1);
    if (word.size() < kMinWordBytes) continue;
    const std::string_view before = text.substr(0, *end - 1 - word.size() - 1);
    if (Contains(before, word)) return Passage{std::string(before), StrCat(" ", word)};
  }
  return std::nullopt;
}

absl::StatusOr<ProbeExample> MakeLastWord(const QuestionSource& source, const Tokenizer& tokenizer,
                                          SplitMix& random) {
  for (int i = 0; i < kMaxPassages; ++i) {
    const auto text = DrawPassage(source, source.context_tokens, tokenizer, random);
    if (!text.ok()) return text.status();
    if (const auto passage = CutAtALastWord(*text))
      return EncodeQuestion(passage->prompt, passage->answer, tokenizer);
  }
  return absl::InvalidArgumentError(
      StrCat("evaluate.tasks: last_word finds no sentence of the held-out text that ends in a word seen "
             "before within ",
             source.context_tokens, " tokens; give more prose in data.text or more context_tokens"));
}

}  // namespace

Questions LastWordQuestions(const AskedTask& task, const QuestionSource& source, const Tokenizer& tokenizer) {
  return ForEachQuestion(task, source,
                         [&](SplitMix& random) { return MakeLastWord(source, tokenizer, random); });
}

}  // namespace rad
