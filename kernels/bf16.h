// bf16.h: bfloat16 as its bits, the upper half of a float32.
#pragma once

#include <cstdint>

namespace rad::kernels {

struct Bf16 {
  std::uint16_t bits;
};

}  // namespace rad::kernels
