// kd_loss.h: cross-entropy of the student's next-token distribution against the teacher's, from the hidden
// states, a chunk of tokens at a time: no more than chunk_bytes of each side's logits exist at once.
// Shapes: n tokens, d hidden, V vocabulary.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace rad {

struct KdTemperature {
  double student = 1;
  double teacher = 1;
};

// Per token -sum_v softmax(teacher / t_teacher)_v log softmax(student / t_student)_v, float32 [n], for logits
// [n, V] float32 or bfloat16. `student` is overwritten by the gradient of sum_i weight_i * loss_i, in its own
// dtype. weight [n] float32; where it is 0 the gradient is exactly 0.
at::Tensor KdLossInPlace(at::Tensor student, const at::Tensor& teacher, const at::Tensor& weight,
                         KdTemperature temperature);

// 16 MiB: 170 tokens of a vocabulary of 49152 in bfloat16; enough rows for a full-speed matrix product.
inline constexpr std::int64_t kKdChunkBytes = std::int64_t{16} << 20;

// sum_i weight_i loss_i / sum_i weight_i, a scalar differentiable in student_hidden; 0 when no weight is
// above 0. Hidden states [n, d] are those after the final norm; lm_head [V, d] belongs to both and gets no
// gradient.
at::Tensor KdLoss(const at::Tensor& student_hidden, const at::Tensor& teacher_hidden,
                  const at::Tensor& lm_head, const at::Tensor& weight, KdTemperature temperature,
                  std::int64_t chunk_bytes = kKdChunkBytes);

}  // namespace rad
