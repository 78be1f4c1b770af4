#include "worker/ablation/probe.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "worker/ablation/dictionary_text.h"
#include "worker/ablation/needle.h"
#include "worker/ablation/pair_places.h"
#include "worker/ablation/probe_words.h"
#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

struct Words {
  std::vector<std::string> keys, values;
};

// Tasks of one seed must not draw the same keys, so that their examples are independent.
SplitMix Random(const ProbeSpec& spec, int index) {
  const auto split = static_cast<std::uint64_t>(spec.split), example = static_cast<std::uint64_t>(index);
  if (spec.task == ProbeTask::kKvRetrieval) return SplitMix{spec.seed, split, example};
  return SplitMix{spec.seed, split, example, static_cast<std::uint64_t>(spec.task)};
}

std::vector<DictionaryEntry> DrawEntries(const ProbeSpec& spec, const Words& words, SplitMix& random) {
  const auto pairs = static_cast<std::size_t>(spec.pairs);
  const auto values_per_key = static_cast<std::size_t>(ValuesPerKey(spec));
  const auto keys = random.Sample(words.keys, pairs);
  const auto values = random.Sample(words.values, pairs * values_per_key);
  std::vector<DictionaryEntry> entries;
  for (std::size_t i = 0; i < pairs; ++i) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(i * values_per_key);
    entries.push_back({keys[i], {first, first + static_cast<std::ptrdiff_t>(values_per_key)}});
  }
  return entries;
}

// Prompt and answer are encoded apart, so that the answer's tokens are its own whatever the tokenizer merges.
absl::StatusOr<ProbeExample> Encode(const DictionaryText& text, int asked, const Tokenizer& tokenizer) {
  auto prompt = tokenizer.Encode(text.prompt);
  if (!prompt.ok()) return prompt.status();
  const auto answer = tokenizer.Encode(text.answer);
  if (!answer.ok()) return answer.status();
  if (prompt->empty() || answer->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the teacher's tokenizer turns the probe's text \"", text.answer, "\" into no tokens"));
  }
  auto places = PlacesOf(text.lines, *prompt, text.prompt.size(), tokenizer);
  if (!places.ok()) return places.status();
  ProbeExample example{*std::move(prompt), static_cast<int>(answer->size()), *std::move(places), asked};
  example.ids.insert(example.ids.end(), answer->begin(), answer->end());
  return example;
}

absl::StatusOr<ProbeExample> MakeExample(const ProbeSpec& spec, const Words& words, int index,
                                         const Tokenizer& tokenizer) {
  SplitMix random = Random(spec, index);
  const std::vector<DictionaryEntry> entries = DrawEntries(spec, words, random);
  const int asked = static_cast<int>(random.Below(entries.size()));
  if (spec.task == ProbeTask::kNeedle) return HideNeedles(spec, entries, asked, random, tokenizer);
  return Encode(RenderDictionary(spec.prompt, entries, asked), asked, tokenizer);
}

absl::Status Check(const ProbeSpec& spec, int begin, int end) {
  if (ValuesPerKey(spec) < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("probe.values_per_key is ", spec.values_per_key, "; give 2 or more"));
  }
  const int most = MostPairs(spec);
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
  const Words words{KeysOf(spec, spec.split), ValuesOf(spec, spec.split)};
  std::vector<ProbeExample> examples;
  for (int i = begin; i < end; ++i) {
    auto example = MakeExample(spec, words, i, tokenizer);
    if (!example.ok()) return example.status();
    examples.push_back(*std::move(example));
  }
  return examples;
}

}  // namespace rad
