// head_reduction.h: what an attention head computes in fewer dimensions than its own, losing as little of it
// on given tokens as a linear map can. Shapes: n tokens, d hidden, Q head dimension of the teacher, P and N
// dimensions after, both at most Q. All float32.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// Maps [N, Q] for q and k such that (map_q q).(map_k k) has the least expected squared distance from q.k over
// independent tokens: the leading part of the product in coordinates where q and k are white.
struct ScoreReduction {
  at::Tensor q, k;
};
// q, k: [n, Q].
ScoreReduction ReduceScores(const at::Tensor& q, const at::Tensor& k, std::int64_t state_dim);

// Maps such that o out (in y) has the least expected squared distance from o y over the head's outputs y.
// `in` is about as large as the identity.
struct OutputReduction {
  at::Tensor in, out;  // [P, Q], [Q, P]
};
// outputs: [n, Q]; o [d, Q]: the output projection's columns of this head.
OutputReduction ReduceOutputs(const at::Tensor& outputs, const at::Tensor& o, std::int64_t head_dim);

}  // namespace rad
