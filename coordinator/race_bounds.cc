#include "coordinator/race_bounds.h"

#include <algorithm>
#include <cmath>

#include "coordinator/student_t.h"

namespace rad {
namespace {

// Fewer make Student's quantiles at these levels so large that the look is wasted, and a head that acts on a
// quarter of the examples only would show nothing of it too often: on 10 in 6% of cases, on 8 in 10%. More
// cost most of the race: all heads are run on these.
constexpr std::uint32_t kFirstLook = 10;

}  // namespace

std::vector<std::uint32_t> RaceLooks(std::uint32_t examples) {
  std::vector<std::uint32_t> looks;
  for (std::uint32_t look = kFirstLook; look < examples; look += look / 2) looks.push_back(look);
  looks.push_back(examples);
  return looks;
}

RaceBounds::RaceBounds(const std::vector<std::uint32_t>& looks, double delta, std::uint32_t heads,
                       std::uint32_t top, double least_deviation, std::uint32_t probes)
    : least_deviation_(least_deviation) {
  const double of_one_top_head = delta / 2 / std::max(1u, top);
  const double of_one_other = delta / 2 / std::max(1u, heads - top) / probes;
  const double share = 1.0 / static_cast<double>(looks.size());
  for (std::size_t look = 0; look < looks.size(); ++look) {
    const double root = std::sqrt(looks[look]);
    by_look_.push_back({.below = StudentTQuantile(share * of_one_other, looks[look] - 1.0) / root,
                        .above = StudentTQuantile(share * of_one_top_head, looks[look] - 1.0) / root});
  }
}

DropBounds RaceBounds::Of(double mean, double deviation, std::size_t look) const {
  const double spread = std::max(deviation, least_deviation_);
  return {mean - by_look_[look].below * spread, mean + by_look_[look].above * spread};
}

}  // namespace rad
