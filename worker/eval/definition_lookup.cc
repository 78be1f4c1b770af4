// The task definition_lookup: the definition of one term, of several in the prompt, as it was given there:
// its first words, which hardly any model has from elsewhere.
#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "worker/eval/key_value_file.h"
#include "worker/eval/lookup.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

constexpr std::string_view kField = "evaluate.definitions";
constexpr std::string_view kIntro = "Memorize the following definitions:\n";
constexpr std::size_t kAnswerWords = 4;

std::string FirstWords(const std::string& text) {
  std::vector<absl::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  words.resize(std::min(words.size(), kAnswerWords));
  return absl::StrJoin(words, " ");
}

std::vector<LookupPiece> PiecesOf(const std::vector<KeyValue>& definitions) {
  std::vector<LookupPiece> pieces;
  for (const KeyValue& pair : definitions)
    pieces.push_back({pair.key, StrCat(pair.key, ": ", pair.value, "\n")});
  return pieces;
}

}  // namespace

Questions DefinitionLookupQuestions(const AskedTask& task, const QuestionSource& source,
                                    const Tokenizer& tokenizer) {
  const auto definitions = ReadDefinitions(source.definitions, kField);
  if (!definitions.ok()) return definitions.status();
  return LookupQuestions(task, source, tokenizer, kIntro, PiecesOf(*definitions), kField,
                         [&](SplitMix& random) -> LookupQuestion {
                           const std::size_t asked = random.Below(definitions->size());
                           const auto& [term, definition] = (*definitions)[asked];
                           return {.asked = asked,
                                   .text = StrCat("\nQuestion: what is the definition of the word '", term,
                                                  "'?\nAnswer: ", term, ":"),
                                   .answer = StrCat(" ", FirstWords(definition))};
                         });
}

}  // namespace rad
