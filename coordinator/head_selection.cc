#include "coordinator/head_selection.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// SplitMix64 (Steele, Lea and Flood, 2014): the same draw on every machine, unlike the standard
// distributions.
std::uint64_t NextRandom(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// Moves a uniform draw of `count` heads to the front (Fisher and Yates). The bias of the remainder is below
// 2^-40.
void DrawToFront(std::vector<HeadRef>& heads, std::size_t count, std::uint64_t seed) {
  for (std::size_t i = 0; i < count; ++i)
    std::swap(heads[i], heads[i + NextRandom(seed) % (heads.size() - i)]);
}

}  // namespace

absl::StatusOr<std::vector<HeadRef>> SelectHeads(const v1::Student& student, absl::string_view field,
                                                 const std::vector<RankedHead>& ranking) {
  const std::size_t budget = student.head_budget();
  if (budget > ranking.size()) {
    return absl::InvalidArgumentError(absl::StrCat(field, ".head_budget is ", budget,
                                                   ", but the teacher has ", ranking.size(),
                                                   " heads: give at most ", ranking.size()));
  }
  std::vector<HeadRef> heads;
  for (const RankedHead& ranked : ranking) heads.push_back(ranked.head);
  if (student.placement() == v1::Student::RANDOM) {
    std::sort(heads.begin(), heads.end());  // the draw must not depend on the ranking
    DrawToFront(heads, budget, student.seed());
  }
  heads.resize(budget);
  std::sort(heads.begin(), heads.end());
  return heads;
}

}  // namespace rad
