// working_dtype.h: the number format that large matrix products run in on this machine.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// bfloat16 where the processor multiplies it natively (AVX512-BF16; every processor with AMX has it too):
// four times as fast as float32 there. Elsewhere float32: emulated bfloat16 runs at a fraction of its speed.
at::ScalarType WorkingDtype();

}  // namespace rad
