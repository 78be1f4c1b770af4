#include "worker/distill/head_reduction.h"

#include <cmath>

namespace rad {
namespace {

// Upper triangular A such that A^T A = E[y y^T] for the rows y, kept invertible.
at::Tensor SecondMomentFactor(const at::Tensor& rows) {
  const at::Tensor moment = at::matmul(rows.t(), rows) / rows.size(0);
  const at::Tensor ridge = moment.diagonal().mean() * 1e-5;
  return at::linalg_cholesky(moment + ridge * at::eye(moment.size(0), moment.options()), /*upper=*/true);
}

// factor^-1 matrix
at::Tensor Solve(const at::Tensor& factor, const at::Tensor& matrix) {
  return at::linalg_solve_triangular(factor, matrix, /*upper=*/true, /*left=*/true);
}

}  // namespace

ScoreReduction ReduceScores(const at::Tensor& q, const at::Tensor& k, std::int64_t state_dim) {
  const at::Tensor fq = SecondMomentFactor(q), fk = SecondMomentFactor(k);
  const auto [u, s, vh] = at::linalg_svd(at::matmul(fq, fk.t()));
  const at::Tensor root = s.narrow(0, 0, state_dim).sqrt().unsqueeze(1);
  // q = fq^T w with w white, so the map is sqrt(s) u^T fq^-T.
  const auto map = [&](const at::Tensor& factor, const at::Tensor& directions) {
    return Solve(factor, (root * directions).t()).t().contiguous();
  };
  return {map(fq, u.t().narrow(0, 0, state_dim)), map(fk, vh.narrow(0, 0, state_dim))};
}

OutputReduction ReduceOutputs(const at::Tensor& outputs, const at::Tensor& o, std::int64_t head_dim) {
  // |o y| = c |fo y|, and y = fy^T w with w white: the leading part of fo fy^T.
  at::Tensor fo = SecondMomentFactor(o);
  fo = fo / fo.norm() * std::sqrt(static_cast<double>(o.size(1)));
  const auto [u, s, vh] = at::linalg_svd(at::matmul(fo, SecondMomentFactor(outputs).t()));
  const at::Tensor directions = u.narrow(1, 0, head_dim);
  return {at::matmul(directions.t(), fo), Solve(fo, directions)};
}

}  // namespace rad
