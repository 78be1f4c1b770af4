// kernel_data.h: the memory of a tensor as the kernels see it, and rows shared out over threads.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "kernels/bf16.h"
#include "kernels/head_rows.h"

namespace rad {

template <typename T>
const T* KernelData(const at::Tensor& x) {
  if constexpr (std::is_same_v<T, kernels::Bf16>) {
    return reinterpret_cast<const kernels::Bf16*>(x.const_data_ptr<at::BFloat16>());
  } else {
    return x.const_data_ptr<T>();
  }
}

template <typename T>
T* MutableKernelData(const at::Tensor& x) {
  return const_cast<T*>(KernelData<T>(x));
}

// Calls body(T{}) with the kernels' type for x: float or Bf16.
template <typename Body>
void DispatchKernelType(const at::Tensor& x, const Body& body) {
  if (x.scalar_type() == at::kFloat) return body(float{});
  if (x.scalar_type() == at::kBFloat16) return body(kernels::Bf16{});
  TORCH_CHECK(false, "this kernel takes float32 or bfloat16, but got ", x.scalar_type());
}

// Sequence `b` of x [b, heads, t, P] whose last dimension is dense.
template <typename T>
kernels::HeadRows<const T> HeadRowsOf(const at::Tensor& x, std::int64_t b) {
  return {KernelData<T>(x) + b * x.stride(0), x.stride(2), x.stride(1)};
}

template <typename T>
kernels::HeadRows<T> MutableHeadRowsOf(const at::Tensor& x, std::int64_t b) {
  return {MutableKernelData<T>(x) + b * x.stride(0), x.stride(2), x.stride(1)};
}

}  // namespace rad
