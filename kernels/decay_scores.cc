#include "kernels/decay_scores.h"

#include <vector>

namespace rad::kernels {
namespace {

// Below this a decay counts as 0: smaller numbers are denormal in float, slow and without weight.
constexpr double kNegligible = 1e-37;

// row[j] of token i-1 -> row[j] of token i: the decay from token j to token i.
void AdvanceDecayRow(std::int64_t i, double decay, double* row) {
  for (std::int64_t j = 0; j < i; ++j) {
    const double next = row[j] * decay;
    row[j] = next < kNegligible ? 0.0 : next;
  }
  row[i] = 1;
}

// sums[j] += grad[j] * mixing[j] for j < i; returns the sum of sums[0, i).
double AddRowAndSum(std::int64_t i, const float* grad, const float* mixing, double* sums) {
  double lanes[4] = {};  // independent partial sums, so that the loop needs no chain of additions
  std::int64_t j = 0;
  for (; j + 4 <= i; j += 4) {
    for (int lane = 0; lane < 4; ++lane) {
      sums[j + lane] += static_cast<double>(grad[j + lane]) * mixing[j + lane];
      lanes[lane] += sums[j + lane];
    }
  }
  for (; j < i; ++j) {
    sums[j] += static_cast<double>(grad[j]) * mixing[j];
    lanes[0] += sums[j];
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

}  // namespace

void DecayScores(std::int64_t l, const double* decay, float skip, float* scores) {
  std::vector<double> row(l);
  for (std::int64_t i = 0; i < l; ++i) {
    float* out = scores + i * l;
    AdvanceDecayRow(i, decay[i], row.data());
    for (std::int64_t j = 0; j <= i; ++j) out[j] = static_cast<float>(out[j] * row[j]);
    out[i] += skip;
    for (std::int64_t j = i + 1; j < l; ++j) out[j] = 0;
  }
}

double DecayScoresBackward(std::int64_t l, const double* decay, const float* mixing, float* grad,
                           float* grad_log_decay) {
  // log a_k enters M[i,j] for every j < k <= i: from the last row up, sums[j] holds the rows i >= k.
  std::vector<double> sums(l);
  double grad_skip = 0;
  for (std::int64_t i = l - 1; i >= 0; --i) {
    grad_log_decay[i] = static_cast<float>(AddRowAndSum(i, grad + i * l, mixing + i * l, sums.data()));
    grad_skip += grad[i * l + i];
  }
  std::vector<double> row(l);
  for (std::int64_t i = 0; i < l; ++i) {
    float* out = grad + i * l;
    AdvanceDecayRow(i, decay[i], row.data());
    for (std::int64_t j = 0; j <= i; ++j) out[j] = static_cast<float>(out[j] * row[j]);
    for (std::int64_t j = i + 1; j < l; ++j) out[j] = 0;
  }
  return grad_skip;
}

}  // namespace rad::kernels
