// kd_loss.h: the distillation loss in double, as the reference for faster forms:
//     loss_t = -sum_v softmax(teacher_t / tau_teacher)_v log softmax(student_t / tau_student)_v
//     loss   = mean of loss_t over the tokens with keep = 1; 0 when there are none
#pragma once

#include <cstdint>

namespace rad::kernels {

struct KdShape {
  std::int64_t tokens = 0, vocab = 0;
  double tau_teacher = 1, tau_student = 1;
};

// teacher, student [tokens, vocab]; keep [tokens]. Writes loss_per_token [tokens] (of every token) and
// grad_student [tokens, vocab], the gradient of the loss returned.
double KdLossReference(const KdShape& shape, const float* teacher, const float* student,
                       const std::uint8_t* keep, double* loss_per_token, double* grad_student);

}  // namespace rad::kernels
