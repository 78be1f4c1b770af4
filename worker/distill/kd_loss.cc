#include "worker/distill/kd_loss.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "kernels/kd_rows.h"
#include "worker/model/kernel_data.h"

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
      const std::int64_t row_bytes = lm_head.size(0) * lm_head.element_size();
      const std::int64_t rows = std::max<std::int64_t>(1, chunk_bytes / row_bytes);
      for (std::int64_t begin = 0; begin < student.size(0); begin += rows) {
        const std::int64_t count = std::min(rows, student.size(0) - begin);
        const auto chunk = [&](const at::Tensor& t) { return t.narrow(0, begin, count); };
        at::Tensor logits = at::linear(chunk(student), lm_head);
        const at::Tensor per_token = KdLossInPlace(logits, at::linear(chunk(teacher), lm_head), chunk(share),
                                                   {student_temperature, teacher_temperature});
        loss += at::dot(per_token, chunk(share)).item<double>();
        chunk(gradient).copy_(at::matmul(logits, lm_head));
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

at::Tensor KdLossInPlace(at::Tensor student, const at::Tensor& teacher, const at::Tensor& weight,
                         KdTemperature temperature) {
  const std::int64_t rows = student.size(0), vocab = student.size(1);
  TORCH_CHECK(student.is_contiguous() && teacher.is_contiguous() && weight.is_contiguous() &&
                  teacher.sizes() == student.sizes() && teacher.scalar_type() == student.scalar_type() &&
                  weight.numel() == rows,
              "KdLossInPlace: student ", student.sizes(), ", teacher ", teacher.sizes(), " and weight ",
              weight.sizes(), " do not fit");
  at::Tensor loss = at::empty({rows}, weight.options());
  const kernels::KdScales scales{static_cast<float>(1 / temperature.student),
                                 static_cast<float>(1 / temperature.teacher)};
  const float* shares = weight.const_data_ptr<float>();
  float* losses = loss.mutable_data_ptr<float>();
  DispatchKernelType(student, [&]<typename T>(T) {
    T* logits = MutableKernelData<T>(student);
    const T* target = KernelData<T>(teacher);
    at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
      kernels::KdRows(end - begin, vocab, scales, shares + begin, logits + begin * vocab,
                      target + begin * vocab, losses + begin);
    });
  });
  return loss;
}

at::Tensor KdLoss(const at::Tensor& student_hidden, const at::Tensor& teacher_hidden,
                  const at::Tensor& lm_head, const at::Tensor& weight, KdTemperature temperature,
                  std::int64_t chunk_bytes) {
  return KdFunction::apply(student_hidden, teacher_hidden, lm_head, weight, temperature.student,
                           temperature.teacher, chunk_bytes);
}

}  // namespace rad
