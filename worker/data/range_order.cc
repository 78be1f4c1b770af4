#include "worker/data/range_order.h"

#include <algorithm>

#include "worker/ablation/split_mix.h"
#include "worker/data/keyed_permutation.h"

namespace rad {
namespace {

enum Draw : std::uint64_t { kOrder, kStart };

}  // namespace

std::uint64_t RangeOrder::PositionOf(std::uint64_t number) const {
  const auto first_of = [&](std::uint64_t epoch) {  // the first range that begins in it
    return (epoch * text_tokens_ + range_tokens_ - 1) / range_tokens_;
  };
  const std::uint64_t epoch = number * range_tokens_ / text_tokens_;
  const std::uint64_t first = first_of(epoch), count = first_of(epoch + 1) - first;
  const std::uint64_t order = SplitMix({key_, kOrder, epoch}).Next();
  return (first + PermutedIndex(number - first, count, order)) * range_tokens_;
}

RangeOrder::Stretch RangeOrder::At(std::uint64_t position) const {
  const std::uint64_t epoch = position / text_tokens_, within = position % text_tokens_;
  const std::uint64_t start = SplitMix({key_, kStart, epoch}).Below(text_tokens_);
  const std::uint64_t token = (start + within) % text_tokens_;
  return {token, std::min(text_tokens_ - token, text_tokens_ - within)};
}

}  // namespace rad
