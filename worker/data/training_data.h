// training_data.h: the sequences a student is trained on, as a pure function of (spec, stream, step). No
// torch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/corpus.h"
#include "worker/data/data_spec.h"
#include "worker/data/mixture.h"
#include "worker/data/source_text.h"
#include "worker/text/tokenizer.h"

namespace rad {

// All vectors are row-major [sequences, sequence_tokens].
struct TrainingBatch {
  std::int64_t sequences = 0;
  std::int64_t sequence_tokens = 0;
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> document;   // number of the packed document within its sequence, from 0
  std::vector<std::uint8_t> is_answer;  // 1 where the NEXT token is part of a synthetic prompt's answer
};

// Which reading of the data: streams of one spec share documents and keys but not their order.
enum class DataStream : std::uint64_t { kCalibrate, kAlign, kDistill };

// The sequences of a stream are numbered; a batch takes the next ones. Shares of them, spread evenly, are
// synthetic key-value prompts, text that the teacher wrote and text of each source. A text is read in epochs,
// each token once in each (range_order.h); a sequence is packed full, a document that ends in it is followed
// by the next. Thread-compatible; `tokenizer` must outlive it.
class TrainingData {
 public:
  // Errors as in OpenCorpus; INVALID_ARGUMENT also for shares that do not add up and for a prompt that
  // sequence_tokens cannot hold.
  static absl::StatusOr<TrainingData> Open(const DataSpec& spec, const Tokenizer& tokenizer,
                                           const ReadProgress& progress = {});

  // What the sequences are made of that the spec has from the teacher; set before the first such batch.
  void SetTeacherText(std::vector<TokenShard> shards);

  // FAILED_PRECONDITION where a sequence is the teacher's and there is no text of it.
  absl::StatusOr<TrainingBatch> Batch(DataStream stream, std::int64_t step, int sequences) const;

  const std::string& digest() const { return corpus_.digest; }  // of what the spec's files hold

 private:
  TrainingData(DataSpec spec, const Tokenizer& tokenizer, Corpus corpus);

  struct Packer;
  absl::Status AddSequence(DataStream stream, std::int64_t sequence, Packer& packer) const;
  absl::Status AddPrompts(DataStream stream, std::int64_t number, Packer& packer) const;
  absl::Status AddText(DataStream stream, const Mixture::Draw& draw, Packer& packer) const;

  DataSpec spec_;
  const Tokenizer* tokenizer_;
  Corpus corpus_;
  std::vector<TokenShard> teacher_shards_;
  std::vector<SourceText> texts_;  // the teacher's, then each source's
  Mixture mixture_;                // prompts, then as texts_
};

}  // namespace rad
