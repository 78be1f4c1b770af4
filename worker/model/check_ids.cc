#include "worker/model/check_ids.h"

#include "absl/strings/str_cat.h"

namespace rad {

absl::Status CheckIds(const ModelConfig& config, std::span<const TokenId> ids) {
  if (ids.empty()) return absl::InvalidArgumentError("ids is empty; a model needs at least one token");
  if (static_cast<std::int64_t>(ids.size()) > config.context) {
    return absl::InvalidArgumentError(
        absl::StrCat("ids has ", ids.size(), " tokens, more than the model's context of ", config.context));
  }
  for (TokenId id : ids) {
    if (id < 0 || id >= config.vocab) {
      return absl::InvalidArgumentError(
          absl::StrCat("ids holds ", id, ", outside the model's vocabulary of ", config.vocab));
    }
  }
  return absl::OkStatus();
}

}  // namespace rad
