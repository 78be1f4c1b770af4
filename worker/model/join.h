// join.h: how a layer's kept attention heads and its SSM heads become one output (hybrid.h has the formulas).
// No torch.
#pragma once

#include <optional>
#include <string_view>

namespace rad {

enum class Join {
  kReplace,  // every head is of one kind: kept ones attention, the others SSM
  kAdapter,  // an SSM head for every head; the kept heads' output is fitted to theirs and averaged with it
  kSum,      // an SSM head for every head; the kept heads' output is added
};

// "replace", "adapter", "sum": in files and messages.
std::string_view JoinName(Join join);
std::optional<Join> JoinNamed(std::string_view name);

}  // namespace rad
