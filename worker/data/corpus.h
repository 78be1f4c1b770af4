// corpus.h: the documents of all data sources as tokens, divided into what training sees and what it never
// does. No torch.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/data/token_shard.h"
#include "worker/data/tokenise.h"

namespace rad {

// Spans point into the shards.
struct Corpus {
  struct Source {
    double weight = 1;
    std::vector<TokenSpan> train;  // not empty
  };
  std::vector<Source> sources;
  std::vector<TokenSpan> held_out;  // of all sources; no document twice
  std::string digest;               // of what the files hold; empty without sources
  std::vector<TokenShard> shards;
};

// Of each source the share is held out that the spec asks for, rounded, at least one document of every source
// that has two. Which ones depends on contents and seed alone, and so does the order of the documents, not on
// names and folders. A document that is held out is held out of every source and as often as it is there.
// Errors name the field: INVALID_ARGUMENT for files that are missing, blank or damaged, for a source of which
// nothing is left to train on, for a held-out share of documents that are all alike;
// FAILED_PRECONDITION when the files do not have spec.digest, as they changed since.
absl::StatusOr<Corpus> OpenCorpus(const DataSpec& spec, const Tokenizer& tokenizer,
                                  const ReadProgress& progress = {});

}  // namespace rad
