// head_rows.h: where the numbers of one sequence's attention heads lie.
#pragma once

#include <cstdint>

namespace rad::kernels {

// Rows of P numbers: element (token, head, p) lies at token * token_stride + head * head_stride + p.
template <typename T>
struct HeadRows {
  T* data = nullptr;
  std::int64_t token_stride = 0;
  std::int64_t head_stride = 0;
};

}  // namespace rad::kernels
