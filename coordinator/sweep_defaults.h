// sweep_defaults.h: fills the gaps of a sweep as written. Its template stays as it is: a default there, such
// as a head budget, would stand against what the points say; each point's job is defaulted by itself.
#pragma once

#include "rad/v1/sweep.pb.h"

namespace rad {

void FillSweepDefaults(v1::Sweep& sweep);

}  // namespace rad
