// reference_scan.h: kernels/ssd_scan.h in double on tensors, for comparison with the LibTorch forms.
#pragma once

#include <ATen/ATen.h>

#include "kernels/ssd_scan.h"
#include "worker/model/ssd.h"

namespace rad {

struct ReferenceScan {
  at::Tensor y, final_state;
  at::Tensor grad_x, grad_B, grad_C, grad_log_a, grad_D, grad_init_state;
};

inline at::Tensor AsDouble(const at::Tensor& t) {
  return t.defined() ? t.detach().to(at::kDouble).contiguous() : t;
}

// dy [b, l, h, P]; dfinal [b, h, N, P] or undefined.
inline ReferenceScan RunReferenceScan(const SsdInput& in, const at::Tensor& dy, const at::Tensor& dfinal) {
  const at::Tensor x = AsDouble(in.x), B = AsDouble(in.B), C = AsDouble(in.C), log_a = AsDouble(in.log_a);
  const at::Tensor D = AsDouble(in.D), init = AsDouble(in.init_state), seed = AsDouble(dy),
                   last = AsDouble(dfinal);
  const at::Tensor reset = in.reset.defined() ? in.reset.to(at::kByte).contiguous() : at::Tensor();
  const kernels::SsdShape shape{x.size(0), x.size(1), x.size(2), x.size(3), B.size(3)};
  const auto data = [](const at::Tensor& t) { return t.defined() ? t.data_ptr<double>() : nullptr; };
  const kernels::SsdArguments<double> arguments{
      data(x),     data(B), data(C),
      data(log_a), data(D), reset.defined() ? reset.data_ptr<std::uint8_t>() : nullptr,
      data(init)};
  ReferenceScan out;
  out.y = at::empty_like(x);
  out.final_state = at::empty({shape.b, shape.h, shape.N, shape.P}, at::kDouble);
  kernels::SsdScan<double>(shape, arguments, data(out.y), data(out.final_state));
  out.grad_x = at::empty_like(x);
  out.grad_B = at::empty_like(B);
  out.grad_C = at::empty_like(C);
  out.grad_log_a = at::empty_like(log_a);
  out.grad_D = at::empty_like(D);
  out.grad_init_state = at::empty_like(out.final_state);
  kernels::SsdScanBackward<double>(shape, arguments, data(seed), data(last),
                                   {data(out.grad_x), data(out.grad_B), data(out.grad_C),
                                    data(out.grad_log_a), data(out.grad_D), data(out.grad_init_state)});
  return out;
}

// max|value - reference| / max|reference|
inline double RelativeError(const at::Tensor& value, const at::Tensor& reference) {
  const at::Tensor exact = reference.detach().to(at::kDouble);
  const at::Tensor difference = value.detach().to(at::kDouble) - exact;
  return difference.abs().max().item<double>() / exact.abs().max().item<double>();
}

}  // namespace rad
