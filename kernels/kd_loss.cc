#include "kernels/kd_loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rad::kernels {
namespace {

std::vector<double> LogSoftmax(const float* logits, std::int64_t vocab, double tau) {
  const double largest = *std::max_element(logits, logits + vocab);
  std::vector<double> out(vocab);
  double sum = 0;
  for (std::int64_t v = 0; v < vocab; ++v) {
    out[v] = (logits[v] - largest) / tau;
    sum += std::exp(out[v]);
  }
  for (double& value : out) value -= std::log(sum);
  return out;
}

}  // namespace

double KdLossReference(const KdShape& shape, const float* teacher, const float* student,
                       const std::uint8_t* keep, double* loss_per_token, double* grad_student) {
  const std::int64_t kept = std::count_if(keep, keep + shape.tokens, [](std::uint8_t k) { return k != 0; });
  double sum = 0;
  for (std::int64_t t = 0; t < shape.tokens; ++t) {
    const std::vector<double> p = LogSoftmax(teacher + t * shape.vocab, shape.vocab, shape.tau_teacher);
    const std::vector<double> q = LogSoftmax(student + t * shape.vocab, shape.vocab, shape.tau_student);
    const double scale = keep[t] != 0 ? 1 / (kept * shape.tau_student) : 0;
    loss_per_token[t] = 0;
    for (std::int64_t v = 0; v < shape.vocab; ++v) {
      loss_per_token[t] -= std::exp(p[v]) * q[v];
      grad_student[t * shape.vocab + v] = scale * (std::exp(q[v]) - std::exp(p[v]));
    }
    if (keep[t] != 0) sum += loss_per_token[t];
  }
  return kept > 0 ? sum / kept : 0;
}

}  // namespace rad::kernels
