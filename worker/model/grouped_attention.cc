#include "worker/model/grouped_attention.h"

namespace rad {

at::Tensor GroupedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& visible) {
  const std::int64_t b = q.size(0), heads = q.size(1), n = q.size(2), p = q.size(3), groups = k.size(1);
  const std::int64_t per_group = heads / groups;
  // The queries of a group's heads become the rows of one matrix, and the mask repeats with them.
  const at::Tensor rows = q.reshape({b, groups, per_group * n, p});
  const at::Tensor out = at::scaled_dot_product_attention(rows, k, v, visible.repeat({1, 1, per_group, 1}));
  return out.reshape({b, heads, n, p}).transpose(1, 2).reshape({b, n, heads * p});
}

}  // namespace rad
