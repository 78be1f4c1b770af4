#include "worker/eval/text_loss.h"

#include <algorithm>
#include <span>

#include "absl/status/status.h"
#include "worker/model/token_loss.h"

namespace rad {
namespace {

constexpr std::int64_t kBatchTokens = 1024;

using Sequences = std::span<const std::vector<TokenId>>;

// The longest run of sequences from the front that are of one length and fit a batch.
std::size_t BatchSize(Sequences rest) {
  const std::size_t length = rest.front().size();
  std::size_t count = 1;
  while (count < rest.size() && rest[count].size() == length && (count + 1) * length <= kBatchTokens) ++count;
  return count;
}

// [count, length] int64.
at::Tensor IdsOf(Sequences batch) {
  const auto length = static_cast<std::int64_t>(batch.front().size());
  at::Tensor ids = at::empty({static_cast<std::int64_t>(batch.size()), length}, at::kLong);
  std::int64_t* to = ids.mutable_data_ptr<std::int64_t>();
  for (const auto& sequence : batch) to = std::copy(sequence.begin(), sequence.end(), to);
  return ids;
}

// Hidden states that predict ids[:, 1:], one row per prediction.
at::Tensor PredictingRows(const LanguageModel& model, const at::Tensor& ids) {
  const std::int64_t length = ids.size(1);
  return model.HiddenStates(ids).narrow(1, 0, length - 1).reshape({-1, model.config().hidden});
}

// Sum over rows of KL(teacher || model), a few rows of logits at a time.
double SumOfKl(const LanguageModel& model, const at::Tensor& hidden, const LanguageModel& teacher,
               const at::Tensor& teacher_hidden) {
  double sum = 0;
  for (std::int64_t begin = 0; begin < hidden.size(0); begin += kLogitRows) {
    const std::int64_t end = std::min(begin + kLogitRows, hidden.size(0));
    const at::Tensor log_q = model.Logits(hidden.slice(0, begin, end)).to(at::kFloat).log_softmax(1);
    const at::Tensor log_p =
        teacher.Logits(teacher_hidden.slice(0, begin, end)).to(at::kFloat).log_softmax(1);
    sum += (log_p - log_q).mul_(log_p.exp()).sum(1).to(at::kDouble).sum().item<double>();
  }
  return sum;
}

}  // namespace

absl::StatusOr<TextLoss> MeasureText(const LanguageModel& model, const LanguageModel* teacher,
                                     const std::vector<std::vector<TokenId>>& sequences,
                                     const std::function<bool(std::int64_t)>& progress) {
  const c10::InferenceMode inference;
  TextLoss loss;
  for (Sequences rest = sequences; !rest.empty();) {
    const std::size_t count = BatchSize(rest);
    const Sequences batch = rest.first(count);
    rest = rest.subspan(count);
    if (batch.front().size() < 2) continue;
    const at::Tensor ids = IdsOf(batch);
    const at::Tensor hidden = PredictingRows(model, ids);
    const at::Tensor targets = ids.narrow(1, 1, ids.size(1) - 1).reshape({-1});
    loss.nll -= TokenLogprobs(model, hidden, targets).to(at::kDouble).sum().item<double>();
    if (teacher != nullptr) loss.kl += SumOfKl(model, hidden, *teacher, PredictingRows(*teacher, ids));
    loss.tokens += targets.numel();
    if (!progress(loss.tokens)) return absl::CancelledError("measuring the text was told to stop");
  }
  if (loss.tokens == 0)
    return absl::InvalidArgumentError("the text has no sequence of two tokens or more to predict");
  loss.nll /= static_cast<double>(loss.tokens);
  loss.kl /= static_cast<double>(loss.tokens);
  return loss;
}

}  // namespace rad
