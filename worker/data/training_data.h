// training_data.h: the sequences a student is trained on, as a pure function of (spec, stream, step). No
// torch.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/data/documents.h"
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

// Which draw of the data: streams of one spec share documents and keys but not sequences.
enum class DataStream : std::uint64_t { kCalibrate, kAlign, kDistill };

// A share of the sequences, spread evenly, is synthetic key-value prompts, the others stretches of text from
// random places of random documents (longer ones more often). Sequences are packed full; a document that ends
// early is followed by another. Thread-compatible; `tokenizer` must outlive it.
class TrainingData {
 public:
  // INVALID_ARGUMENT names the field and the remedy; among others a prompt that sequence_tokens cannot hold.
  static absl::StatusOr<TrainingData> Open(const DataSpec& spec, const Tokenizer& tokenizer);

  absl::StatusOr<TrainingBatch> Batch(DataStream stream, std::int64_t step, int sequences) const;

 private:
  TrainingData(DataSpec spec, const Tokenizer& tokenizer, std::vector<Document> documents);

  struct Packer;
  absl::Status AddPrompts(DataStream stream, std::int64_t sequence, Packer& packer) const;
  absl::Status AddText(DataStream stream, std::int64_t sequence, Packer& packer) const;
  bool IsPromptSequence(std::int64_t sequence) const;

  DataSpec spec_;
  const Tokenizer* tokenizer_;
  std::vector<Document> documents_;
  std::vector<std::uint64_t> end_bytes_;  // of each document, in all documents laid end to end
};

}  // namespace rad
