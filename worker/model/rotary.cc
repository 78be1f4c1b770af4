#include "worker/model/rotary.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/rotate_halves.h"
#include "worker/model/kernel_data.h"

namespace rad {
namespace {

// sign -1 turns back, which is also the gradient's way. out may be x.
void Rotate(const at::Tensor& x, const at::Tensor& out, const at::Tensor& cos, const at::Tensor& sin,
            float sign) {
  TORCH_CHECK(x.dim() == 4 && x.stride(3) == 1 && out.stride(3) == 1,
              "RotateHalves: x must be [b, heads, t, P]");
  TORCH_CHECK(
      cos.is_contiguous() && sin.is_contiguous() && cos.size(0) == x.size(2) && cos.size(1) * 2 == x.size(3),
      "RotateHalves: cos and sin must be [", x.size(2), ", ", x.size(3) / 2, "], but are ", cos.sizes());
  const float *c = cos.const_data_ptr<float>(), *s = sin.const_data_ptr<float>();
  DispatchKernelType(x, [&]<typename T>(T) {
    at::parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b) {
        kernels::RotateHalves(x.size(2), x.size(1), x.size(3) / 2, HeadRowsOf<T>(x, b), c, s, sign,
                              MutableHeadRowsOf<T>(out, b));
      }
    });
  });
}

class RotateFunction : public torch::autograd::Function<RotateFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x, const at::Tensor& cos,
                            const at::Tensor& sin) {
    ctx->save_for_backward({cos, sin});
    at::Tensor out = at::empty_like(x);
    Rotate(x, out, cos, sin, 1);
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor grad = grads[0].stride(-1) == 1 ? grads[0] : grads[0].contiguous();
    at::Tensor out = at::empty_like(grad);
    Rotate(grad, out, saved[0], saved[1], -1);
    return {out, {}, {}};
  }
};

at::Tensor RotateInFloat64(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const auto halves = x.chunk(2, -1);
  return at::cat({halves[0] * cos - halves[1] * sin, halves[1] * cos + halves[0] * sin}, -1);
}

}  // namespace

at::Tensor RotateHalves(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  if (x.scalar_type() == at::kDouble) return RotateInFloat64(x, cos, sin);  // tests of gradients
  if (at::GradMode::is_enabled() && x.requires_grad()) return RotateFunction::apply(x, cos, sin);
  at::Tensor out = at::empty_like(x);
  Rotate(x, out, cos, sin, 1);
  return out;
}

void RotateHalvesInPlace(at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  Rotate(x, x, cos, sin, 1);
}

}  // namespace rad
