#include "worker/model/generate.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "worker/model/check_ids.h"

namespace rad {
namespace {

absl::Status Check(const ModelConfig& config, std::span<const TokenId> prompt,
                   const GenerateOptions& options) {
  if (absl::Status status = CheckIds(config, prompt); !status.ok()) return status;
  if (options.max_tokens < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max-tokens is ", options.max_tokens, "; it must be at least 1"));
  }
  if (!(options.temperature >= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("temperature is ", options.temperature, "; it must be 0 (greedy) or more"));
  }
  return absl::OkStatus();
}

// logits [V]. The draw inverts the cumulated probabilities; std::discrete_distribution may differ between
// libraries.
TokenId Choose(const at::Tensor& logits, double temperature, std::mt19937_64& random) {
  if (temperature == 0) return static_cast<TokenId>(logits.argmax().item<std::int64_t>());
  const at::Tensor cumulated = (logits.to(at::kDouble) / temperature).softmax(0).cumsum(0);
  const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
  const at::Tensor drawn =
      at::searchsorted(cumulated, at::full({1}, unit, at::kDouble), false, /*right=*/true);
  return static_cast<TokenId>(std::min(drawn.item<std::int64_t>(), logits.size(0) - 1));
}

}  // namespace

absl::Status Generate(const LanguageModel& model, std::span<const TokenId> prompt,
                      const GenerateOptions& options, std::optional<TokenId> stop,
                      const std::function<bool(TokenId)>& emit) {
  if (absl::Status status = Check(model.config(), prompt, options); !status.ok()) return status;
  const c10::InferenceMode inference;
  const auto given = static_cast<std::int64_t>(prompt.size());
  const std::int64_t context = std::min(model.config().context, given + options.max_tokens);
  const auto state = model.NewDecodeState(1, context, options.cache_dtype);
  at::Tensor ids = at::tensor(at::ArrayRef<TokenId>(prompt.data(), prompt.size())).to(at::kLong).unsqueeze(0);
  std::mt19937_64 random(options.seed);
  for (std::int64_t made = 0; given + made < context; ++made) {
    const TokenId next = Choose(state->Feed(ids)[0], options.temperature, random);
    if (next == stop || !emit(next)) break;
    ids = at::full({1, 1}, next, at::kLong);
  }
  return absl::OkStatus();
}

}  // namespace rad
