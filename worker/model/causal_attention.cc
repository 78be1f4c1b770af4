#include "worker/model/causal_attention.h"

#include <cmath>
#include <vector>

#include "kernels/causal_attention.h"
#include "worker/model/kernel_data.h"

namespace rad {
namespace {

// The first token of each token's document, in its sequence: document [b, t] -> b * t numbers.
std::vector<std::int32_t> FirstVisible(const at::Tensor& document) {
  const auto number = document.accessor<std::int64_t, 2>();
  std::vector<std::int32_t> first;
  first.reserve(static_cast<std::size_t>(document.numel()));
  for (std::int64_t sequence = 0; sequence < document.size(0); ++sequence) {
    for (std::int64_t i = 0; i < document.size(1); ++i) {
      const bool goes_on = i > 0 && number[sequence][i] == number[sequence][i - 1];
      first.push_back(goes_on ? first.back() : static_cast<std::int32_t>(i));
    }
  }
  return first;
}

// first_of(sequence): its t numbers, or null.
template <typename FirstOf>
at::Tensor Attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t shared,
                  const FirstOf& first_of) {
  const std::int64_t b = q.size(0), heads = q.size(1), t = q.size(2), p = q.size(3), groups = k.size(1);
  TORCH_CHECK(heads % groups == 0 && q.stride(3) == 1 && k.stride(3) == 1 && v.stride(3) == 1,
              "CausalAttention: q ", q.sizes(), " does not fit k ", k.sizes(),
              ", or their rows are not dense");
  at::Tensor out = at::empty({b, t, heads * p}, q.options());
  const at::Tensor by_head = out.view({b, t, heads, p}).transpose(1, 2);
  const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(p)));
  const std::int64_t per_group = heads / groups;
  DispatchKernelType(q, [&]<typename T>(T) {
    at::parallel_for(0, b * groups, 1, [&](std::int64_t begin, std::int64_t end) {
      kernels::AttentionShape shape{t, per_group, p, nullptr, shared};
      std::vector<float> scratch(kernels::CausalAttentionScratch(shape));
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t sequence = i / groups, group = i % groups;
        shape.first_visible = first_of(sequence);
        const auto part = [&](const at::Tensor& x, std::int64_t count) {
          return x.narrow(1, group * count, count);
        };
        kernels::CausalAttention(shape, HeadRowsOf<T>(part(q, per_group), sequence),
                                 HeadRowsOf<T>(part(k, 1), sequence), HeadRowsOf<T>(part(v, 1), sequence),
                                 scale, MutableHeadRowsOf<T>(part(by_head, per_group), sequence),
                                 scratch.data());
      }
    });
  });
  return out;
}

}  // namespace

at::Tensor CausalAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const at::Tensor& document) {
  std::vector<std::int32_t> first;
  if (document.defined()) first = FirstVisible(document);
  return Attend(q, k, v, 0, [&](std::int64_t sequence) {
    return document.defined() ? first.data() + sequence * q.size(2) : nullptr;
  });
}

at::Tensor CausalAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const VisibleKeys& visible) {
  TORCH_CHECK(static_cast<std::int64_t>(visible.first.size()) == q.size(2), "CausalAttention: ", q.size(2),
              " tokens, but first keys of ", visible.first.size());
  return Attend(q, k, v, visible.shared, [&](std::int64_t) { return visible.first.data(); });
}

}  // namespace rad
