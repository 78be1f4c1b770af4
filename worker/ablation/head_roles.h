// head_roles.h: what a retrieval head does, read off its attention. A Gather head moves a pair into the last
// token of the pair's line; an Aggregate head looks from the end of the question to the value that is asked
// for (arXiv 2602.11374).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/probe.h"
#include "worker/model/transformer.h"

namespace rad {

// A share of attention that makes a role: several times what a head that looks at all tokens alike gives.
inline constexpr double kClearShare = 0.3;

struct HeadRole {
  HeadId head;
  // Attention from a line's last token to the tokens before it in that line: the mean over lines, and what
  // equal attention to all tokens would give.
  double gather = 0, gather_if_equal = 0;
  // Attention from the token that predicts the answer to the asked pair's value and line end.
  double aggregate = 0, aggregate_if_equal = 0;

  // "gather", "aggregate", "mixed" (both shares are clear) or "other" (neither is).
  std::string_view role() const;
};

// In the order of `heads`. INVALID_ARGUMENT for a head that the model has not, or an example without places.
absl::StatusOr<std::vector<HeadRole>> ClassifyHeads(const Transformer& model,
                                                    std::span<const ProbeExample> examples,
                                                    std::span<const HeadId> heads);

}  // namespace rad
