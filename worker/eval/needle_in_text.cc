// The task needle: a sentence that names a number is put between two sentences of a held-out text, and the
// number is asked for. Words and numbers are the probe's for judging students, so no training prompt had
// them.
#include "worker/ablation/key_words.h"
#include "worker/eval/passage.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

constexpr std::string_view kIntro = "Memorize the following text:\n";
constexpr int kNumbers = 100;  // 0..99

std::string_view DrawWord(SplitMix& random) {
  constexpr auto kFirst = static_cast<std::size_t>(ProbeSplit::kEvaluate);
  const auto words = KeyWords();
  return words[kFirst + 3 * random.Below((words.size() - kFirst + 2) / 3)];
}

// Where the needle goes: after a sentence, or before everything where none ends.
std::size_t DrawPlace(std::string_view text, SplitMix& random) {
  const std::vector<std::size_t> ends = SentenceEnds(text);
  return ends.empty() ? 0 : ends[random.Below(ends.size())];
}

absl::StatusOr<ProbeExample> MakeNeedle(const QuestionSource& source, const Tokenizer& tokenizer,
                                        SplitMix& random) {
  const std::string_view word = DrawWord(random);
  const std::string number = StrCat(" ", random.Below(kNumbers));
  const std::string needle = StrCat(" The secret number of the ", word, " is", number, ".");
  const std::string question = StrCat("\n\nQuestion: what is the secret number of the ", word,
                                      "?\nAnswer: the secret number of the ", word, " is");
  const auto taken = CountTokens(StrCat(kIntro, needle, question), tokenizer);
  if (!taken.ok()) return taken.status();
  if (*taken >= source.context_tokens) {
    return absl::InvalidArgumentError(StrCat("evaluate.context_tokens: ", source.context_tokens,
                                             " leaves a needle no text around it; ", *taken,
                                             " tokens are the question's own"));
  }
  const auto text = DrawPassage(source, source.context_tokens - *taken, tokenizer, random);
  if (!text.ok()) return text.status();
  const std::size_t place = DrawPlace(*text, random);
  return EncodeQuestion(StrCat(kIntro, text->substr(0, place), needle, text->substr(place), question), number,
                        tokenizer);
}

}  // namespace

Questions NeedleQuestions(const AskedTask& task, const QuestionSource& source, const Tokenizer& tokenizer) {
  return ForEachQuestion(task, source,
                         [&](SplitMix& random) { return MakeNeedle(source, tokenizer, random); });
}

}  // namespace rad
