// RmsNorm of transformer.h as one pass forward and one backward: at::rms_norm takes six on a CPU.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "worker/model/transformer.h"

namespace rad {
namespace {

constexpr std::int64_t kRowsPerTask = 32;
constexpr std::int64_t kLanes = 16;  // independent partial sums, so that the compiler may use vectors

// sum over i of f(i), i in [0, n).
template <typename Acc, typename F>
Acc LaneSum(std::int64_t n, F f) {
  Acc lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t j = 0; j < kLanes; ++j) lanes[j] += f(i + j);
  }
  for (; i < n; ++i) lanes[0] += f(i);
  Acc sum = 0;
  for (Acc lane : lanes) sum += lane;
  return sum;
}

// Calls body(T{}, Out{}) with the types of the stream and of the normed rows.
template <typename Body>
void DispatchTypes(at::ScalarType stream, at::ScalarType normed, const Body& body) {
  if (stream == at::kFloat && normed == at::kFloat) return body(float{}, float{});
  if (stream == at::kFloat && normed == at::kBFloat16) return body(float{}, at::BFloat16{});
  if (stream == at::kDouble && normed == at::kDouble) return body(double{}, double{});
  TORCH_CHECK(false, "RmsNorm: no ", normed, " from a stream of ", stream);
}

// out = x * inverse_rms * weight; inverse_rms [rows] is kept for the gradient when defined.
void Forward(const at::Tensor& x, const at::Tensor& weight, double eps, const at::Tensor& out,
             const at::Tensor& inverse_rms) {
  const std::int64_t d = x.size(-1), rows = x.numel() / d;
  DispatchTypes(x.scalar_type(), out.scalar_type(), [&]<typename T, typename Out>(T, Out) {
    const T *in = x.const_data_ptr<T>(), *w = weight.const_data_ptr<T>();
    Out* to = out.mutable_data_ptr<Out>();
    T* keep = inverse_rms.defined() ? inverse_rms.mutable_data_ptr<T>() : nullptr;
    at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const T* a = in + row * d;
        Out* y = to + row * d;
        const T squares = LaneSum<T>(d, [&](std::int64_t i) { return a[i] * a[i]; });
        const T r = 1 / std::sqrt(squares / T(d) + T(eps));
        for (std::int64_t i = 0; i < d; ++i) y[i] = a[i] * r * w[i];
        if (keep != nullptr) keep[row] = r;
      }
    });
  });
}

// dx = r * (w dy) - x * r^3 / d * sum(x w dy), row by row.
at::Tensor InputGradient(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& inverse_rms,
                         const at::Tensor& grad) {
  at::Tensor out = at::empty_like(x);
  const std::int64_t d = x.size(-1), rows = x.numel() / d;
  DispatchTypes(x.scalar_type(), grad.scalar_type(), [&]<typename T, typename Out>(T, Out) {
    const T *in = x.const_data_ptr<T>(), *w = weight.const_data_ptr<T>();
    const Out* dy_data = grad.const_data_ptr<Out>();
    const T* r_data = inverse_rms.const_data_ptr<T>();
    T* dx_data = out.mutable_data_ptr<T>();
    at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const T* a = in + row * d;
        const Out* dy = dy_data + row * d;
        T* dx = dx_data + row * d;
        const T r = r_data[row];
        const T dot = LaneSum<T>(d, [&](std::int64_t i) { return a[i] * w[i] * T(dy[i]); });
        const T back = r * r * r * dot / T(d);
        for (std::int64_t i = 0; i < d; ++i) dx[i] = r * w[i] * T(dy[i]) - a[i] * back;
      }
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
  const at::Tensor dense = x.contiguous();
  if (at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad())) {
    return RmsNormFunction::apply(dense, weight.contiguous(), eps, dtype);
  }
  at::Tensor out = at::empty_like(dense, dense.options().dtype(dtype));
  Forward(dense, weight.contiguous(), eps, out, {});
  return out;
}

}  // namespace rad
