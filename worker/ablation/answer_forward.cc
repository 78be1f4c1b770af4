#include "worker/ablation/answer_forward.h"

namespace rad {
at::Tensor RowsAt(const at::Tensor& stream, const at::Tensor& positions) {
  const std::int64_t b = stream.size(0), t = stream.size(1);
  const at::Tensor rows = positions + at::arange(b).unsqueeze(1) * t;
  return stream.reshape({b * t, -1}).index_select(0, rows.reshape({-1}));
}

at::Tensor RowLogits(const Transformer& model, const at::Tensor& stream) {
  return Logits(model, Normed(model, stream, model.final_norm));
}

}  // namespace rad
