#include "worker/ablation/probe_words.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "worker/ablation/key_words.h"

namespace rad {

std::vector<std::string> KeysOf(const ProbeSpec& spec, ProbeSplit split) {
  std::vector<std::string> keys;
  const auto take = [&](const auto& words) {
    for (std::size_t i = static_cast<std::size_t>(split); i < words.size(); i += 3)
      keys.emplace_back(words[i]);
  };
  if (spec.sources != nullptr && !spec.sources->keys.empty()) {
    take(spec.sources->keys);
  } else {
    take(KeyWords());
  }
  return keys;
}

std::vector<std::string> ValuesOf(const ProbeSpec& spec, ProbeSplit split) {
  const bool train = split == ProbeSplit::kTrain;
  std::vector<std::string> values;
  if (spec.sources != nullptr && !spec.sources->values.empty()) {
    const std::vector<std::string>& words = spec.sources->values;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if ((i % 3 == 2) == train) values.push_back(words[i]);
    }
  } else {
    for (int value = train ? 100 : 0; value < (train ? 1000 : 100); ++value)
      values.push_back(absl::StrCat(value));
  }
  return values;
}

int MostPairs(const ProbeSpec& spec) {
  const auto values_per_key = static_cast<std::size_t>(std::max(1, ValuesPerKey(spec)));
  std::size_t most = std::numeric_limits<int>::max();
  for (const ProbeSplit split : {ProbeSplit::kRank, ProbeSplit::kEvaluate, ProbeSplit::kTrain}) {
    most = std::min({most, KeysOf(spec, split).size(), ValuesOf(spec, split).size() / values_per_key});
  }
  return static_cast<int>(most);
}

}  // namespace rad
