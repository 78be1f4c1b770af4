// token_loss.h: how well a model predicts given tokens, without ever holding the logits of all of them.
#pragma once

#include <ATen/ATen.h>

#include "worker/model/language_model.h"

namespace rad {

// Positions whose logits are in memory at once: 25 MB in float32 at 49,152 tokens of vocabulary.
inline constexpr std::int64_t kLogitRows = 128;

// Log-probability of targets [n] given hidden [n, d] after the final norm: [n] float32, nats.
at::Tensor TokenLogprobs(const LanguageModel& model, const at::Tensor& hidden, const at::Tensor& targets);

}  // namespace rad
