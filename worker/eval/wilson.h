// wilson.h: how sure a share of right answers is.
#pragma once

#include <cstdint>

namespace rad {

struct Interval {
  double low = 0;
  double high = 1;
};

// Wilson's 95% score interval (Wilson 1927): sound at 0% and 100% and for few examples. [0, 1] for none.
Interval WilsonInterval95(std::uint64_t correct, std::uint64_t examples);

}  // namespace rad
