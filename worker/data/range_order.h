// range_order.h: in which order training reads a text, as a pure function of (key, number). Pure.
//
// The text is read again and again: a place in all of these readings laid end to end is a position, and epoch
// e is positions [e * T, (e + 1) * T) of a text of T tokens. They are cut into ranges of a sequence's length,
// none left out, so that an epoch's last range may end in the next epoch. Each epoch starts reading at a
// random token and goes around, which makes its cuts differ from other epochs'; the ranges that begin in it
// are then taken in random order.
#pragma once

#include <cstdint>

namespace rad {

class RangeOrder {
 public:
  // Both counts at least 1.
  RangeOrder(std::uint64_t text_tokens, std::uint64_t range_tokens, std::uint64_t key)
      : text_tokens_(text_tokens), range_tokens_(range_tokens), key_(key) {}

  // First position of the range that is read as the number-th, counted from 0.
  std::uint64_t PositionOf(std::uint64_t number) const;

  struct Stretch {
    std::uint64_t token = 0;   // of the text
    std::uint64_t tokens = 0;  // from there on that follow in the text before its end or the epoch's
  };
  Stretch At(std::uint64_t position) const;

 private:
  std::uint64_t text_tokens_, range_tokens_, key_;
};

}  // namespace rad
