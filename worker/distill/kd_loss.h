// kd_loss.h: what a student's next-token distributions cost: cross-entropy against the teacher's, and against
// the text's own next token. From the hidden states, a chunk of tokens at a time: no more than chunk_bytes of
// each side's logits exist at once. Shapes: n tokens, d hidden, V vocabulary.
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

// What n tokens' logits are to be like.
struct KdTargets {
  at::Tensor teacher_hidden;     // [n, d], after the final norm
  at::Tensor teacher_lm_head;    // [V, d]
  at::Tensor weight;             // [n] float32, of each token's distance to the teacher
  at::Tensor next_token;         // [n] int64; undefined: the text's own tokens cost nothing
  at::Tensor next_token_weight;  // [n] float32
};

struct KdLossTerms {
  at::Tensor total;                     // scalar, differentiable in the hidden states and in lm_head
  double distance = 0, next_token = 0;  // of which it is the sum
};

// sum_i weight_i distance_i + sum_i next_token_weight_i cross_entropy_i, the latter of the logits without
// temperature. student_hidden [n, d] is of the dtype that products are in; lm_head [V, d], if it is trained,
// of float32, and otherwise of that dtype too.
KdLossTerms KdLoss(const at::Tensor& student_hidden, const at::Tensor& lm_head, const KdTargets& targets,
                   KdTemperature temperature, std::int64_t chunk_bytes = kKdChunkBytes);

}  // namespace rad
