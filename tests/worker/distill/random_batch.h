// random_batch.h: a batch of random tokens for trainers, packed of two documents per sequence.
#pragma once

#include <ATen/ATen.h>

#include "worker/distill/training_tensors.h"
#include "worker/model/ssd.h"

namespace rad {

inline BatchTensors RandomBatch(std::int64_t vocab, std::int64_t sequences, std::int64_t tokens,
                                std::uint64_t seed) {
  at::manual_seed(seed);
  BatchTensors batch;
  batch.ids = at::randint(vocab, {sequences, tokens}, at::kLong);
  batch.document = at::arange(tokens).ge(tokens / 2).to(at::kLong).expand({sequences, tokens}).contiguous();
  batch.reset = DocumentStarts(batch.document);
  batch.is_answer = at::rand({sequences, tokens}).lt(0.1);
  return batch;
}

}  // namespace rad
