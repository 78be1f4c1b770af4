// precision.h: the number formats that weights and large matrix products can be in. No torch here.
#pragma once

namespace rad {

enum class Precision { kFloat32, kBfloat16 };

// bfloat16 where the processor multiplies it natively (AVX512-BF16; every processor with AMX has it too):
// four times as fast as float32 there. Elsewhere float32: emulated bfloat16 gives the same numbers at a
// fraction of its speed.
Precision FastestPrecision();

}  // namespace rad
