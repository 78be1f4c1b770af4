// mixed_precision.h: bf16 matrix products over float32 weights, where the processor has them.
#pragma once

#include <ATen/autocast_mode.h>

namespace rad {

// True where bf16 products are faster than float32: AVX512-BF16 (every processor with AMX has it too).
// Without it LibTorch emulates bf16 at a fraction of float32's speed.
bool CpuHasFastBf16();

// While one with `enabled` lives, this thread's matrix products run in bf16. Nests; restores what was before.
class MixedPrecision {
 public:
  explicit MixedPrecision(bool enabled);
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool was_enabled_;
};

}  // namespace rad
