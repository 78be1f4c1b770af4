#include "coordinator/sweep_metric.h"

#include <cmath>
#include <cstdlib>

#include "absl/strings/ascii.h"

namespace rad {

v1::EarlyStop::Goal GoalOf(v1::Metric metric) {
  return NeedsText(metric) ? v1::EarlyStop::MIN : v1::EarlyStop::MAX;
}

bool NeedsText(v1::Metric metric) { return metric == v1::PERPLEXITY || metric == v1::VAL_KL; }

double ValueOf(const v1::SweepResult& result, v1::Metric metric) {
  switch (metric) {
    case v1::COVERAGE:
      return result.coverage();
    case v1::KV_ACCURACY:
      return result.kv_accuracy();
    case v1::PERPLEXITY:
      return result.perplexity();
    case v1::VAL_KL:
      return result.kl();
    default:
      std::abort();  // defaulted before
  }
}

bool IsBetter(const v1::SweepResult& a, const v1::SweepResult& b, v1::Metric metric) {
  const double sign = GoalOf(metric) == v1::EarlyStop::MIN ? -1 : 1;
  const double value_a = sign * ValueOf(a, metric), value_b = sign * ValueOf(b, metric);
  if (std::isnan(value_a) || std::isnan(value_b)) return !std::isnan(value_a) && std::isnan(value_b);
  if (value_a != value_b) return value_a > value_b;
  return a.memory_bytes() < b.memory_bytes();
}

std::string MetricWord(v1::Metric metric) { return absl::AsciiStrToLower(v1::Metric_Name(metric)); }

}  // namespace rad
