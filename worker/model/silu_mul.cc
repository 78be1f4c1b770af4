#include "worker/model/silu_mul.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/silu_mul.h"
#include "worker/model/kernel_data.h"

namespace rad {
namespace {

constexpr std::int64_t kRowsPerTask = 8;  // of a few thousand numbers each

at::Tensor Forward(const at::Tensor& gate_up) {
  const std::int64_t m = gate_up.size(-1) / 2, rows = gate_up.numel() / (2 * m);
  std::vector<std::int64_t> shape = gate_up.sizes().vec();
  shape.back() = m;
  at::Tensor out = at::empty(shape, gate_up.options());
  DispatchKernelType(out, [&]<typename T>(T) {
    const T* in = KernelData<T>(gate_up);
    T* to = MutableKernelData<T>(out);
    at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
      kernels::SiluMul(end - begin, m, in + begin * 2 * m, to + begin * m);
    });
  });
  return out;
}

class SiluMulFunction : public torch::autograd::Function<SiluMulFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& gate_up) {
    ctx->save_for_backward({gate_up});
    return Forward(gate_up);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const at::Tensor gate_up = ctx->get_saved_variables()[0], grad = grads[0].contiguous();
    const std::int64_t m = gate_up.size(-1) / 2, rows = gate_up.numel() / (2 * m);
    at::Tensor out = at::empty_like(gate_up);
    DispatchKernelType(out, [&]<typename T>(T) {
      const T *in = KernelData<T>(gate_up), *dy = KernelData<T>(grad);
      T* to = MutableKernelData<T>(out);
      at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
        kernels::SiluMulBackward(end - begin, m, in + begin * 2 * m, dy + begin * m, to + begin * 2 * m);
      });
    });
    return {out};
  }
};

}  // namespace

at::Tensor SiluMul(const at::Tensor& gate_up) {
  if (gate_up.scalar_type() == at::kDouble) {  // tests of gradients
    const auto parts = gate_up.chunk(2, -1);
    return at::silu(parts[0]) * parts[1];
  }
  const at::Tensor dense = gate_up.contiguous();
  if (at::GradMode::is_enabled() && dense.requires_grad()) return SiluMulFunction::apply(dense);
  return Forward(dense);
}

}  // namespace rad
