#include "worker/eval/wilson.h"

#include <algorithm>
#include <cmath>

namespace rad {

Interval WilsonInterval95(std::uint64_t correct, std::uint64_t examples) {
  if (examples == 0) return {};
  constexpr double z = 1.959963984540054;  // 97.5% quantile of the normal distribution
  const auto n = static_cast<double>(examples);
  const double p = static_cast<double>(correct) / n;
  const double denominator = 1 + z * z / n;
  const double middle = (p + z * z / (2 * n)) / denominator;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / denominator;
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace rad
