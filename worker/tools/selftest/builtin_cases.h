// builtin_cases.h: test cases made from a seed, their results computed by the plain references in kernels/ in
// double.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/tools/selftest/check.h"

namespace rad {

std::vector<SelftestCase> BuiltinCases(std::uint64_t seed);

}  // namespace rad
