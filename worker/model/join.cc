#include "worker/model/join.h"

#include <array>

namespace rad {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"replace", "adapter", "sum"};

}  // namespace

std::string_view JoinName(Join join) { return kNames[static_cast<std::size_t>(join)]; }

std::optional<Join> JoinNamed(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Join>(i);
  }
  return std::nullopt;
}

}  // namespace rad
