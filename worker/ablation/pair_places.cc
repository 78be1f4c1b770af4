#include "worker/ablation/pair_places.h"

#include <algorithm>

namespace rad {

absl::StatusOr<std::vector<PairPlace>> PlacesOf(std::span<const PairLine> lines, std::span<const TokenId> ids,
                                                std::size_t text_bytes, const Tokenizer& tokenizer) {
  std::vector<std::size_t> ends;  // of each token, in bytes
  for (const TokenId id : ids) {
    const auto bytes = tokenizer.DecodeBytes({&id, 1});
    if (!bytes.ok()) return bytes.status();
    ends.push_back((ends.empty() ? 0 : ends.back()) + bytes->size());
  }
  std::vector<PairPlace> places;
  if (ends.empty() || ends.back() != text_bytes) return places;
  const auto holding = [&](std::size_t byte) {
    return static_cast<int>(std::upper_bound(ends.begin(), ends.end(), byte) - ends.begin());
  };
  for (const PairLine& line : lines)
    places.push_back({holding(line.begin), holding(line.value), holding(line.end - 1) + 1});
  return places;
}

}  // namespace rad
