// data_spec.h: what a student is trained on and, kept apart, what its perplexity is measured on. No torch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/ablation/probe.h"

namespace rad {

struct DataSpec {
  std::vector<std::string> text;  // globs of plain text files; a file is a document
  double retrieval_share = 0.5;   // share of sequences that are synthetic key-value prompts
  std::int64_t sequence_tokens = 128;
  double held_out_share = 0.1;  // share of documents that training never sees
  std::uint64_t seed = 0;
  ProbeSpec prompts;  // of the synthetic sequences; split is kTrain
};

}  // namespace rad
