// answer_forward.h: the end of a forward pass when only a few rows of each sequence are read.
#pragma once

#include <ATen/ATen.h>

#include "worker/model/transformer.h"

namespace rad {

// The rows to read: positions [B, A] int64 of B sequences of t tokens.
// The residual stream at them, [B*A, d], of stream [B, t, d].
at::Tensor RowsAt(const at::Tensor& stream, const at::Tensor& positions);

// Logits [rows, V] of the stream [rows, d] after the last layer.
at::Tensor RowLogits(const Transformer& model, const at::Tensor& stream);

}  // namespace rad
