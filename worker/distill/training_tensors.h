// training_tensors.h: a TrainingBatch as tensors.
#pragma once

#include <ATen/ATen.h>

#include "absl/status/statusor.h"
#include "worker/data/training_data.h"

namespace rad {

// b sequences of t tokens.
struct BatchTensors {
  at::Tensor ids;       // [b, t] int64
  at::Tensor document;  // [b, t] int64; undefined when no sequence is packed of several
  at::Tensor reset;  // [b, t] bool, true at the first token of a packed document; undefined like `document`
  at::Tensor is_answer;  // [b, t] bool, true where the next token is part of an answer
};

BatchTensors ToTensors(const TrainingBatch& batch);
// Sequences [begin, begin + count) of the batch: views.
BatchTensors SequencesOf(const BatchTensors& batch, std::int64_t begin, std::int64_t count);

// The batch that what needs no training is fitted on; the same for every task with the same data.
absl::StatusOr<BatchTensors> CalibrationBatch(const TrainingData& data);

}  // namespace rad
