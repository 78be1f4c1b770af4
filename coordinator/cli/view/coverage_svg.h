// coverage_svg.h: a sweep as a picture: coverage against bytes of decoding memory, on a logarithmic axis.
#pragma once

#include <string>

#include "rad/v1/sweep.pb.h"

namespace rad::cli {

// Circles are students that keep the best heads, crosses other placements; the line is the Pareto front.
// Points without a result are left out.
std::string CoverageSvg(const v1::SweepStatus& status);

}  // namespace rad::cli
