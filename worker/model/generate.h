// generate.h: text from a model, one token at a time, through its decode state.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "worker/model/language_model.h"
#include "worker/text/tokenizer.h"

namespace rad {

struct GenerateOptions {
  std::int64_t max_tokens = 128;
  double temperature = 0;                   // 0: the likeliest token
  std::uint64_t seed = 0;                   // equal seeds give equal text on one machine
  at::ScalarType cache_dtype = at::kFloat;  // of the decode state: the model's own loses nothing
};

// Calls emit(id) for each new token until there are max_tokens, the context is full, the token is `stop`
// (which is not emitted), or emit returns false. INVALID_ARGUMENT names what of prompt or options is out of
// range.
absl::Status Generate(const LanguageModel& model, std::span<const TokenId> prompt,
                      const GenerateOptions& options, std::optional<TokenId> stop,
                      const std::function<bool(TokenId)>& emit);

}  // namespace rad
