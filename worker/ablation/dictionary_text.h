// dictionary_text.h: the wording of a probe's dictionary and its question.
#pragma once

#include <string>
#include <vector>

#include "worker/ablation/pair_places.h"
#include "worker/ablation/probe.h"

namespace rad {

struct DictionaryEntry {
  std::string key;
  std::vector<std::string> values;  // more than one: all of them are the answer
};

struct DictionaryText {
  std::string prompt;  // up to the answer
  std::string answer;
  std::vector<PairLine> lines;  // of the prompt, by entry
};

DictionaryText RenderDictionary(ProbeTemplate prompt, const std::vector<DictionaryEntry>& entries, int asked);

}  // namespace rad
