#include "worker/ablation/probe.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "worker/ablation/key_words.h"
#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

struct Pair {
  std::string key;
  int value;
};

// Of a pair's line, in bytes of the prompt; the line break ends it.
struct Line {
  std::size_t begin, value, end;
};

struct Text {
  std::string prompt;
  std::string answer;
  std::vector<Line> lines;
  int asked = 0;
};

// Every third word: splits never share a key.
std::vector<std::string_view> KeysOf(ProbeSplit split) {
  std::vector<std::string_view> keys;
  const auto words = KeyWords();
  for (std::size_t i = static_cast<std::size_t>(split); i < words.size(); i += 3) keys.push_back(words[i]);
  return keys;
}

// Training never sees the one- and two-digit values that models are asked for.
std::vector<int> ValuesOf(ProbeSplit split) {
  const bool train = split == ProbeSplit::kTrain;
  std::vector<int> values(train ? 900 : 100);
  std::iota(values.begin(), values.end(), train ? 100 : 0);
  return values;
}

Text Render(ProbeTemplate prompt, const std::vector<Pair>& pairs, int asked) {
  const bool paper = prompt == ProbeTemplate::kPaper;
  const std::string& key = pairs[asked].key;
  Text text{.prompt = "Memorize the following dictionary:\n",
            .answer = absl::StrCat(" ", pairs[asked].value),
            .asked = asked};
  for (const Pair& pair : pairs) {
    Line line{.begin = text.prompt.size()};
    absl::StrAppend(&text.prompt, pair.key, ":");
    line.value = text.prompt.size();
    absl::StrAppend(&text.prompt, paper ? "" : " ", pair.value, "\n");
    line.end = text.prompt.size();
    text.lines.push_back(line);
  }
  if (paper) {
    absl::StrAppend(&text.prompt, "The value of the key '", key, "' is");
  } else {
    absl::StrAppend(&text.prompt, "\nQuestion: what is the value of the key '", key, "'?\nAnswer: ", key,
                    ":");
  }
  return text;
}

Text MakeText(const ProbeSpec& spec, int index) {
  SplitMix random{spec.seed, static_cast<std::uint64_t>(spec.split), static_cast<std::uint64_t>(index)};
  const auto keys = random.Sample(KeysOf(spec.split), spec.pairs);
  const auto values = random.Sample(ValuesOf(spec.split), spec.pairs);
  std::vector<Pair> pairs;
  for (int i = 0; i < spec.pairs; ++i) pairs.push_back({std::string(keys[i]), values[i]});
  return Render(spec.prompt, pairs, static_cast<int>(random.Below(pairs.size())));
}

// The places of lines given in bytes, among tokens whose bytes make up the text.
absl::StatusOr<std::vector<PairPlace>> PlacesOf(const std::vector<Line>& lines,
                                                const std::vector<TokenId>& ids, const Tokenizer& tokenizer) {
  std::vector<std::size_t> ends;  // of each token, in bytes
  for (const TokenId id : ids) {
    const auto bytes = tokenizer.DecodeBytes({&id, 1});
    if (!bytes.ok()) return bytes.status();
    ends.push_back((ends.empty() ? 0 : ends.back()) + bytes->size());
  }
  const auto holding = [&](std::size_t byte) {
    return static_cast<int>(std::upper_bound(ends.begin(), ends.end(), byte) - ends.begin());
  };
  std::vector<PairPlace> places;
  for (const Line& line : lines)
    places.push_back({holding(line.begin), holding(line.value), holding(line.end - 1) + 1});
  return places;
}

// Prompt and answer are encoded apart, so that the answer's tokens are its own whatever the tokenizer merges.
absl::StatusOr<ProbeExample> Encode(const Text& text, const Tokenizer& tokenizer) {
  auto prompt = tokenizer.Encode(text.prompt);
  if (!prompt.ok()) return prompt.status();
  const auto answer = tokenizer.Encode(text.answer);
  if (!answer.ok()) return answer.status();
  if (prompt->empty() || answer->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the teacher's tokenizer turns the probe's text \"", text.answer, "\" into no tokens"));
  }
  auto places = PlacesOf(text.lines, *prompt, tokenizer);
  if (!places.ok()) return places.status();
  ProbeExample example{*std::move(prompt), static_cast<int>(answer->size()), *std::move(places), text.asked};
  example.ids.insert(example.ids.end(), answer->begin(), answer->end());
  return example;
}

absl::Status Check(const ProbeSpec& spec, int begin, int end) {
  const int most = std::min(KeysOf(spec.split).size(), ValuesOf(spec.split).size());
  if (spec.pairs < 1 || spec.pairs > most) {
    return absl::InvalidArgumentError(absl::StrCat("probe.pairs is ", spec.pairs, "; choose 1 to ", most,
                                                   ", as many as there are distinct keys and values"));
  }
  if (begin < 0 || end < begin) {
    return absl::InvalidArgumentError(absl::StrCat("probe examples [", begin, ", ", end, ") are no range"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ProbeExample>> MakeProbe(const ProbeSpec& spec, const Tokenizer& tokenizer,
                                                    int begin, int end) {
  if (absl::Status status = Check(spec, begin, end); !status.ok()) return status;
  std::vector<ProbeExample> examples;
  for (int i = begin; i < end; ++i) {
    auto example = Encode(MakeText(spec, i), tokenizer);
    if (!example.ok()) return example.status();
    examples.push_back(*std::move(example));
  }
  return examples;
}

}  // namespace rad
