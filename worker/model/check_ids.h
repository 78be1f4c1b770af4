// check_ids.h: token ids that come from outside, checked before they index an embedding. No torch.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "worker/model/model_config.h"
#include "worker/text/tokenizer.h"

namespace rad {

// INVALID_ARGUMENT when there are none, more than the context holds, or one outside the vocabulary.
absl::Status CheckIds(const ModelConfig& config, std::span<const TokenId> ids);

}  // namespace rad
