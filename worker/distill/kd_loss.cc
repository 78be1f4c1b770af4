#include "worker/distill/kd_loss.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "kernels/kd_rows.h"
#include "worker/model/kernel_data.h"

namespace rad {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// sum_i weight_i cross_entropy_i of logits [n, V], to which it adds; returns its gradient, in their dtype.
at::Tensor NextTokenGradient(const at::Tensor& logits, const at::Tensor& token, const at::Tensor& weight,
                             double& loss) {
  const at::Tensor column = token.unsqueeze(1), log_p = at::log_softmax(logits, -1, at::kFloat);
  loss -= at::dot(log_p.gather(1, column).squeeze(1), weight).item<double>();
  const at::Tensor share = weight.unsqueeze(1);
  return log_p.exp().mul_(share).scatter_add_(1, column, -share).to(logits.scalar_type());
}

// The loss is a number, so its gradients with respect to the hidden states and the LM head are known as soon
// as the logits are: the forward pass computes them and keeps nothing else.
struct KdFunction : torch::autograd::Function<KdFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& student, const at::Tensor& lm_head,
                            const KdTargets& targets, KdTemperature temperature, std::int64_t chunk_bytes,
                            KdLossTerms* terms) {
    const at::Tensor head = lm_head.to(student.scalar_type());
    at::Tensor gradient = at::zeros_like(student), head_gradient;
    if (lm_head.requires_grad()) head_gradient = at::zeros_like(lm_head);
    const std::int64_t rows = std::max<std::int64_t>(1, chunk_bytes / (head.size(0) * head.element_size()));
    for (std::int64_t begin = 0; begin < student.size(0); begin += rows) {
      const std::int64_t count = std::min(rows, student.size(0) - begin);
      const auto chunk = [&](const at::Tensor& t) { return t.narrow(0, begin, count); };
      at::Tensor logits = at::linear(chunk(student), head), next_token;
      if (targets.next_token.defined()) {
        next_token = NextTokenGradient(logits, chunk(targets.next_token), chunk(targets.next_token_weight),
                                       terms->next_token);
      }
      const at::Tensor per_token =
          KdLossInPlace(logits, at::linear(chunk(targets.teacher_hidden), targets.teacher_lm_head),
                        chunk(targets.weight), temperature);
      terms->distance += at::dot(per_token, chunk(targets.weight)).item<double>();
      if (next_token.defined()) logits += next_token;
      chunk(gradient).copy_(at::matmul(logits, head));
      if (head_gradient.defined()) head_gradient += at::matmul(logits.t(), chunk(student));
    }
    context->save_for_backward({gradient, head_gradient});
    return at::scalar_tensor(terms->distance + terms->next_token, student.options().dtype(at::kFloat));
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor head_gradient = saved[1].defined() ? saved[1] * outer[0] : saved[1];
    return {saved[0] * outer[0], head_gradient, {}, {}, {}, {}};
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

KdLossTerms KdLoss(const at::Tensor& student_hidden, const at::Tensor& lm_head, const KdTargets& targets,
                   KdTemperature temperature, std::int64_t chunk_bytes) {
  KdLossTerms terms;
  terms.total = KdFunction::apply(student_hidden, lm_head, targets, temperature, chunk_bytes, &terms);
  return terms;
}

}  // namespace rad
