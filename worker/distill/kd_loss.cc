#include "worker/distill/kd_loss.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace rad {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The loss is a number, so its gradient with respect to the hidden states is known as soon as the logits are:
// the forward pass computes both and only a tensor of the hidden states' size is kept.
struct KdFunction : torch::autograd::Function<KdFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& student, const at::Tensor& teacher,
                            const at::Tensor& lm_head, const at::Tensor& weight, double student_temperature,
                            double teacher_temperature, std::int64_t chunk_bytes) {
    const double total = weight.sum().item<double>();
    at::Tensor gradient = at::zeros_like(student);
    double loss = 0;
    if (total > 0) {
      const at::Tensor share = weight / total;
      const std::int64_t row_bytes = lm_head.size(0) * static_cast<std::int64_t>(sizeof(float));
      const std::int64_t rows = std::max<std::int64_t>(1, chunk_bytes / row_bytes);
      for (std::int64_t begin = 0; begin < student.size(0); begin += rows) {
        const std::int64_t count = std::min(rows, student.size(0) - begin);
        const auto chunk = [&](const at::Tensor& t) { return t.narrow(0, begin, count); };
        at::Tensor logits = at::linear(chunk(student), lm_head).to(at::kFloat);
        const at::Tensor per_token = KdLossInPlace(logits, at::linear(chunk(teacher), lm_head).to(at::kFloat),
                                                   chunk(share), {student_temperature, teacher_temperature});
        loss += at::dot(per_token, chunk(share)).item<double>();
        chunk(gradient).copy_(at::matmul(logits.to(lm_head.scalar_type()), lm_head));
      }
    }
    context->save_for_backward({gradient});
    return at::scalar_tensor(loss, student.options().dtype(at::kFloat));
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const at::Tensor gradient = context->get_saved_variables()[0] * outer[0];
    return {gradient, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor KdLossInPlace(at::Tensor student, at::Tensor teacher, const at::Tensor& weight,
                         KdTemperature temperature) {
  if (temperature.student != 1) student.div_(temperature.student);
  if (temperature.teacher != 1) teacher.div_(temperature.teacher);
  const at::Tensor target = at::softmax(teacher, -1);
  at::log_softmax_out(student, student, -1);
  const at::Tensor loss = -at::mul_out(teacher, target, student).sum(-1);
  student.exp_().sub_(target).mul_((weight / temperature.student).unsqueeze(-1));
  return loss;
}

at::Tensor KdLoss(const at::Tensor& student_hidden, const at::Tensor& teacher_hidden,
                  const at::Tensor& lm_head, const at::Tensor& weight, KdTemperature temperature,
                  std::int64_t chunk_bytes) {
  return KdFunction::apply(student_hidden, teacher_hidden, lm_head, weight, temperature.student,
                           temperature.teacher, chunk_bytes);
}

}  // namespace rad
