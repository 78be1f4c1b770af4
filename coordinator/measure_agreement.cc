#include "coordinator/measure_agreement.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_format.h"

namespace rad {
namespace {

using Drops = std::vector<double>;

// Indices of the drops, largest first; equal ones in the order of the list.
std::vector<std::size_t> LargestFirst(const Drops& drops) {
  std::vector<std::size_t> order(drops.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return drops[a] > drops[b]; });
  return order;
}

// Equal drops share the mean of their ranks.
std::vector<double> Ranks(const Drops& drops) {
  const std::vector<std::size_t> order = LargestFirst(drops);
  std::vector<double> ranks(drops.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && drops[order[end]] == drops[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = (begin + end - 1) / 2.0;
  }
  return ranks;
}

// Pearson's correlation; 0 where one list is constant.
double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double middle = (a.size() - 1) / 2.0;  // the mean of any ranks
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - middle) * (b[i] - middle);
    aa += (a[i] - middle) * (a[i] - middle);
    bb += (b[i] - middle) * (b[i] - middle);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

std::uint32_t SharedTop(const Drops& a, const Drops& b, std::size_t top) {
  std::vector<std::size_t> best_a = LargestFirst(a), best_b = LargestFirst(b);
  best_a.resize(top);
  best_b.resize(top);
  return std::count_if(best_a.begin(), best_a.end(), [&](std::size_t head) {
    return std::find(best_b.begin(), best_b.end(), head) != best_b.end();
  });
}

}  // namespace

MeasureAgreement AgreementOf(const std::vector<RankedHead>& ranking, std::uint32_t top) {
  Drops accuracy, logprob;
  for (const RankedHead& ranked : ranking) {
    accuracy.push_back((ranked.cost.accuracy_drop_low + ranked.cost.accuracy_drop_high) / 2);
    logprob.push_back(ranked.cost.logprob_drop);
  }
  const std::size_t some = std::min<std::size_t>(top, ranking.size());
  return {.top = static_cast<std::uint32_t>(some),
          .shared = SharedTop(accuracy, logprob, some),
          .rank_correlation = Correlation(Ranks(accuracy), Ranks(logprob))};
}

std::string AgreementText(const MeasureAgreement& agreement) {
  return absl::StrFormat("accuracy and log-probability share %d of their top %d (rank correlation %.2f)",
                         agreement.shared, agreement.top, agreement.rank_correlation);
}

}  // namespace rad
