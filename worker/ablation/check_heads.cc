#include "worker/ablation/check_heads.h"

#include "absl/strings/str_cat.h"

namespace rad {

absl::Status CheckHeads(const ModelConfig& config, std::span<const HeadId> heads) {
  for (const HeadId& id : heads) {
    if (id.layer < 0 || id.layer >= config.layers || id.head < 0 || id.head >= config.heads) {
      return absl::InvalidArgumentError(
          absl::StrCat("head ", id.layer, ".", id.head, " is not in the teacher: it has ", config.layers,
                       " layers of ", config.heads, " heads, both counted from 0"));
    }
  }
  return absl::OkStatus();
}

}  // namespace rad
