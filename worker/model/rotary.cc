#include "worker/model/rotary.h"

#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace rad {
namespace {

constexpr std::int64_t kRowsPerTask = 16;  // rows of heads * P numbers: enough work for one turn of a thread

template <typename T>
void RotateRow(const T* x, T* out, const float* cos, const float* sin, float sign, std::int64_t half) {
  using Acc = at::opmath_type<T>;
  for (std::int64_t i = 0; i < half; ++i) {
    const Acc a = x[i], b = x[i + half], c = cos[i], s = sign * sin[i];
    out[i] = a * c - b * s;
    out[i + half] = b * c + a * s;
  }
}

// sign -1 turns back, which is also the gradient's way. out may be x.
void Rotate(const at::Tensor& x, const at::Tensor& out, const at::Tensor& cos, const at::Tensor& sin,
            float sign) {
  TORCH_CHECK(x.dim() == 4 && x.stride(3) == 1 && out.stride(3) == 1,
              "RotateHalves: x must be [b, heads, t, P]");
  TORCH_CHECK(
      cos.is_contiguous() && sin.is_contiguous() && cos.size(0) == x.size(2) && cos.size(1) * 2 == x.size(3),
      "RotateHalves: cos and sin must be [", x.size(2), ", ", x.size(3) / 2, "], but are ", cos.sizes());
  const std::int64_t heads = x.size(1), t = x.size(2), half = x.size(3) / 2;
  const float *cos_data = cos.const_data_ptr<float>(), *sin_data = sin.const_data_ptr<float>();
  AT_DISPATCH_FLOATING_TYPES_AND(at::kBFloat16, x.scalar_type(), "RotateHalves", [&] {
    const scalar_t* in = x.const_data_ptr<scalar_t>();
    scalar_t* to = out.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, x.size(0) * t, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t b = row / t, pos = row % t;
        for (std::int64_t h = 0; h < heads; ++h) {
          RotateRow(in + b * x.stride(0) + h * x.stride(1) + pos * x.stride(2),
                    to + b * out.stride(0) + h * out.stride(1) + pos * out.stride(2), cos_data + pos * half,
                    sin_data + pos * half, sign, half);
        }
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

}  // namespace

at::Tensor RotateHalves(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  if (at::GradMode::is_enabled() && x.requires_grad()) return RotateFunction::apply(x, cos, sin);
  at::Tensor out = at::empty_like(x);
  Rotate(x, out, cos, sin, 1);
  return out;
}

void RotateHalvesInPlace(at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  Rotate(x, x, cos, sin, 1);
}

}  // namespace rad
