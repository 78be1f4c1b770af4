// packed_forward.h: the teacher on packed examples. Streams are [C, R, d]: C copies of the batch's row of R
// tokens, each a run of its own.
#pragma once

#include <ATen/ATen.h>

#include "worker/ablation/packed_batch.h"
#include "worker/model/transformer.h"

namespace rad {

// The layer's heads, [C, R, H*P], of the stream before it.
at::Tensor PackedHeads(const Transformer& model, int layer, const PackedBatch& batch, const at::Tensor& x);

at::Tensor PackedLayer(const Transformer& model, int layer, const PackedBatch& batch, const at::Tensor& x);

// The last layer's output at the rows where answers are read only, [C * E*A, d]: keys and values are made for
// all tokens; queries, o_proj and MLP for the rows.
at::Tensor PackedLastLayer(const Transformer& model, const PackedBatch& batch, const at::Tensor& x);

// The stream at those rows, [C * E*A, d].
at::Tensor AnswerRows(const PackedBatch& batch, const at::Tensor& x);

}  // namespace rad
