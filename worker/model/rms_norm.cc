// RmsNorm of transformer.h: the kernel where it applies, LibTorch operations in float64 (tests of gradients).
#include "kernels/rms_norm.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "worker/model/kernel_data.h"
#include "worker/model/transformer.h"

namespace rad {
namespace {

constexpr std::int64_t kRowsPerTask = 32;

void Forward(const at::Tensor& x, const at::Tensor& weight, double eps, const at::Tensor& out,
             const at::Tensor& inverse_rms) {
  const std::int64_t d = x.size(-1), rows = x.numel() / d;
  const float *in = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>();
  float* keep = inverse_rms.defined() ? inverse_rms.mutable_data_ptr<float>() : nullptr;
  DispatchKernelType(out, [&]<typename T>(T) {
    T* to = MutableKernelData<T>(out);
    at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
      kernels::RmsNorm(end - begin, d, in + begin * d, w, static_cast<float>(eps), to + begin * d,
                       keep == nullptr ? nullptr : keep + begin);
    });
  });
}

at::Tensor InputGradient(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& inverse_rms,
                         const at::Tensor& grad) {
  at::Tensor out = at::empty_like(x);
  const std::int64_t d = x.size(-1), rows = x.numel() / d;
  const float *in = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>(),
              *r = inverse_rms.const_data_ptr<float>();
  float* dx = out.mutable_data_ptr<float>();
  DispatchKernelType(grad, [&]<typename T>(T) {
    const T* dy = KernelData<T>(grad);
    at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
      kernels::RmsNormBackward(end - begin, d, in + begin * d, w, r + begin, dy + begin * d, dx + begin * d);
    });
  });
  return out;
}

at::Tensor WeightGradient(const at::Tensor& x, const at::Tensor& inverse_rms, const at::Tensor& grad) {
  const std::int64_t d = x.size(-1);
  const at::Tensor unit = x.reshape({-1, d}) * inverse_rms.unsqueeze(1);
  return (unit * grad.reshape({-1, d})).sum(0).to(x.scalar_type());
}

class RmsNormFunction : public torch::autograd::Function<RmsNormFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x,
                            const at::Tensor& weight, double eps, at::ScalarType dtype) {
    at::Tensor out = at::empty_like(x, x.options().dtype(dtype));
    at::Tensor inverse_rms = at::empty({x.numel() / x.size(-1)}, x.options());
    Forward(x, weight, eps, out, inverse_rms);
    ctx->save_for_backward({x, weight, inverse_rms});
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &inverse_rms = saved[2];
    const at::Tensor grad = grads[0].contiguous();
    at::Tensor dx, dw;
    if (ctx->needs_input_grad(0)) dx = InputGradient(x, weight, inverse_rms, grad);
    if (ctx->needs_input_grad(1)) dw = WeightGradient(x, inverse_rms, grad);
    return {dx, dw, {}, {}};
  }
};

}  // namespace

at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps, at::ScalarType dtype) {
  TORCH_CHECK(x.scalar_type() == weight.scalar_type() && weight.dim() == 1 && x.size(-1) == weight.size(0),
              "RmsNorm: x ", x.sizes(), " ", x.scalar_type(), " does not fit weight ", weight.sizes(), " ",
              weight.scalar_type());
  if (x.scalar_type() == at::kDouble) return x * (x.square().mean(-1, true) + eps).rsqrt() * weight;
  const at::Tensor dense = x.contiguous();
  if (at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad())) {
    return RmsNormFunction::apply(dense, weight.contiguous(), eps, dtype);
  }
  at::Tensor out = at::empty_like(dense, dense.options().dtype(dtype));
  Forward(dense, weight.contiguous(), eps, out, {});
  return out;
}

}  // namespace rad
