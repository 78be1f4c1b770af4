// probe_words.h: the keys and values that a split of a probe draws from. No torch.
#pragma once

#include <string>
#include <vector>

#include "worker/ablation/probe.h"

namespace rad {

// Of the built-in words or the user's, every third: splits never share a key.
std::vector<std::string> KeysOf(const ProbeSpec& spec, ProbeSplit split);

// Training never sees the values that models are asked for: of the built-in numbers it has those of three
// digits, of the user's words every third.
std::vector<std::string> ValuesOf(const ProbeSpec& spec, ProbeSplit split);

// The most pairs of which every split can make an example.
int MostPairs(const ProbeSpec& spec);

}  // namespace rad
