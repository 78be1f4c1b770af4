// data_spec.h: what a student is trained on and, kept apart, what its perplexity is measured on. No torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "worker/ablation/probe.h"

namespace rad {

struct DataSource {
  enum class Kind {
    kText,    // plain text; a file is a document
    kJsonl,   // an object a line, a document each
    kTokens,  // token shards (token_shard.h) of the teacher's tokenizer
  };
  Kind kind = Kind::kText;
  std::vector<std::string> globs;
  std::string field = "text";  // of kJsonl, that holds the text
  double weight = 1;           // share of the text sequences, against the other sources' weights
};

struct DataSpec {
  std::vector<std::string> text;  // globs: short for one source of kind kText
  double retrieval_share = 0.5;   // share of sequences that are synthetic key-value prompts
  std::int64_t sequence_tokens = 128;
  double held_out_share = 0.1;  // share of each source's documents that training never sees
  std::uint64_t seed = 0;
  ProbeSpec prompts;                // of the synthetic sequences; split is kTrain
  std::vector<DataSource> sources;  // instead of `text`
  double teacher_share = 0;         // share of sequences that the teacher wrote
  std::filesystem::path cache;      // folder for tokenised text; empty: it is tokenised anew each time
  std::string digest;               // of what the sources' files hold, checked; empty: unchecked
};

// `text` as the source that it is short for, or `sources`.
std::vector<DataSource> SourcesOf(const DataSpec& spec);
// The index-th of them as the spec calls it: "data.text", "data.sources[1].jsonl".
std::string FieldOf(const DataSpec& spec, std::size_t index);

}  // namespace rad
