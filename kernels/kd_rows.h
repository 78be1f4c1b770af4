// kd_rows.h: the distillation loss (kd_loss.h) and its gradient over rows of logits, in place.
#pragma once

#include <cstdint>

#include "kernels/bf16.h"

namespace rad::kernels {

struct KdScales {
  float student = 1, teacher = 1;  // 1 / temperature
};

// student, teacher [rows, vocab] of T: float or Bf16. Writes loss [rows], and over `student` the gradient of
// sum_i weight_i loss_i. Where a weight is 0 the gradient is exactly 0.
template <typename T>
void KdRows(std::int64_t rows, std::int64_t vocab, KdScales scales, const float* weight, T* student,
            const T* teacher, float* loss);

}  // namespace rad::kernels
