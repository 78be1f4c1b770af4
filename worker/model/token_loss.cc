#include "worker/model/token_loss.h"

#include <algorithm>
#include <vector>

namespace rad {

at::Tensor TokenLogprobs(const LanguageModel& model, const at::Tensor& hidden, const at::Tensor& targets) {
  std::vector<at::Tensor> parts = {at::empty({0}, at::kFloat)};
  for (std::int64_t begin = 0; begin < hidden.size(0); begin += kLogitRows) {
    const std::int64_t end = std::min(begin + kLogitRows, hidden.size(0));
    const at::Tensor logits = model.Logits(hidden.slice(0, begin, end)).to(at::kFloat);
    const at::Tensor chosen = logits.gather(1, targets.slice(0, begin, end).unsqueeze(1)).squeeze(1);
    parts.push_back(chosen - logits.logsumexp(1));
  }
  return at::cat(parts);
}

}  // namespace rad
