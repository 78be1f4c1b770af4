// probe.h: the key-value retrieval task that heads are ranked on and students are judged by.
// No torch: examples are token ids.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/text/tokenizer.h"

namespace rad {

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
};

// Where a pair lies in an example's ids: [begin, end) is its line up to and with the token that ends it, and
// its value starts at `value`.
struct PairPlace {
  int begin = 0, value = 0, end = 0;
};

struct ProbeExample {
  std::vector<TokenId> ids;      // prompt, then answer
  int answer_len = 0;            // the last answer_len ids are the answer
  std::vector<PairPlace> pairs;  // in the order of the prompt; empty for examples that were read from a file
  int asked = 0;                 // which of them the question is about
};

// Examples [begin, end) of the endless sequence that the spec defines: example i depends on (spec, i) alone.
// INVALID_ARGUMENT names the field: more pairs than there are distinct keys or values, ...
absl::StatusOr<std::vector<ProbeExample>> MakeProbe(const ProbeSpec& spec, const Tokenizer& tokenizer,
                                                    int begin, int end);

}  // namespace rad
