// probe.h: the retrieval tasks that heads are ranked on and students are judged by.
// No torch: examples are token ids.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/probe_sources.h"
#include "worker/text/tokenizer.h"

namespace rad {

enum class ProbeTask {
  kKvRetrieval,  // a dictionary of pairs, then a question for one value
  kMultiValue,   // several values for each key; the answer is all of them
  kNeedle,       // the pairs' lines hidden in a text, then a question for one value
};

enum class ProbeTemplate { kQa, kPaper };

// Keys and values are drawn from disjoint halves: what a student is trained on is never what it is asked.
enum class ProbeSplit {
  kRank,      // ranking the heads
  kEvaluate,  // judging students: other keys, other seeds
  kTrain,     // synthetic training prompts: keys and values that neither of the others uses
};

struct ProbeSpec {
  ProbeTemplate prompt = ProbeTemplate::kQa;
  int pairs = 10;
  std::uint64_t seed = 0;
  ProbeSplit split = ProbeSplit::kRank;
  ProbeTask task = ProbeTask::kKvRetrieval;
  int values_per_key = 2;                         // of kMultiValue
  int context_tokens = 256;                       // of kNeedle: the prompt's length
  std::shared_ptr<const ProbeSources> sources{};  // null: built-in words and numbers, and no text
};

inline int ValuesPerKey(const ProbeSpec& spec) {
  return spec.task == ProbeTask::kMultiValue ? spec.values_per_key : 1;
}

// Where a pair lies in an example's ids: [begin, end) is its line up to and with the token that ends it, and
// its value (all of its values) starts at `value`.
struct PairPlace {
  int begin = 0, value = 0, end = 0;
};

struct ProbeExample {
  std::vector<TokenId> ids;  // prompt, then answer
  int answer_len = 0;        // the last answer_len ids are the answer
  // In the order of the prompt; empty for examples that were read from a file, or whose text the tokenizer
  // normalises.
  std::vector<PairPlace> pairs{};
  int asked = 0;  // which of them the question is about
};

// Examples [begin, end) of the endless sequence that the spec defines: example i depends on (spec, i) alone.
// INVALID_ARGUMENT names the field: more pairs than there are distinct keys or values, a text too short, ...
absl::StatusOr<std::vector<ProbeExample>> MakeProbe(const ProbeSpec& spec, const Tokenizer& tokenizer,
                                                    int begin, int end);

}  // namespace rad
