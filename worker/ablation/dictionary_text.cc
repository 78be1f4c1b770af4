#include "worker/ablation/dictionary_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rad {
namespace {

std::string Question(ProbeTemplate prompt, const std::string& key, bool several) {
  if (prompt == ProbeTemplate::kPaper) {
    return absl::StrCat("The ", several ? "values" : "value", " of the key '", key, "' ",
                        several ? "are" : "is");
  }
  return absl::StrCat("\nQuestion: what ", several ? "are the values" : "is the value", " of the key '", key,
                      "'?\nAnswer: ", key, ":");
}

}  // namespace

DictionaryText RenderDictionary(ProbeTemplate prompt, const std::vector<DictionaryEntry>& entries,
                                int asked) {
  const DictionaryEntry& about = entries[static_cast<std::size_t>(asked)];
  DictionaryText text{.prompt = "Memorize the following dictionary:\n",
                      .answer = absl::StrCat(" ", absl::StrJoin(about.values, ", "))};
  for (const DictionaryEntry& entry : entries) {
    PairLine line{.begin = text.prompt.size()};
    absl::StrAppend(&text.prompt, entry.key, ":");
    line.value = text.prompt.size();
    absl::StrAppend(&text.prompt, prompt == ProbeTemplate::kPaper ? "" : " ",
                    absl::StrJoin(entry.values, ", "), "\n");
    line.end = text.prompt.size();
    text.lines.push_back(line);
  }
  absl::StrAppend(&text.prompt, Question(prompt, about.key, about.values.size() > 1));
  return text;
}

}  // namespace rad
