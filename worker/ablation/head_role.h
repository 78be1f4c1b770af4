// head_role.h: what a retrieval head does, read off its attention. A Gather head moves a pair into the last
// token of the pair's line; an Aggregate head looks from the end of the question to the value that is asked
// for (arXiv 2602.11374). No torch.
#pragma once

#include <string_view>

#include "worker/model/model_config.h"

namespace rad {

// A share of attention that makes a role: several times what a head that looks at all tokens alike gives.
inline constexpr double kClearShare = 0.3;

enum class Role { kGather, kAggregate, kMixed, kOther };

struct HeadRole {
  HeadId head;
  // Attention from a line's last token to the tokens before it in that line: the mean over lines, and what
  // equal attention to all tokens would give.
  double gather = 0, gather_if_equal = 0;
  // Attention from the token that predicts the answer to the asked pair's value and line end.
  double aggregate = 0, aggregate_if_equal = 0;
  double attribution = 0;  // of attribution.h, nats

  // Mixed: both shares are clear; other: neither is.
  Role role() const {
    const bool gathers = gather >= kClearShare, aggregates = aggregate >= kClearShare;
    if (gathers && aggregates) return Role::kMixed;
    if (gathers) return Role::kGather;
    return aggregates ? Role::kAggregate : Role::kOther;
  }
};

}  // namespace rad
