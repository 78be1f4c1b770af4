#include "coordinator/sweep_status.h"

#include <algorithm>

#include "coordinator/sweep_metric.h"

namespace rad {
namespace {

// Points that a plot compares: those stopped early trained on fewer tokens.
std::vector<const v1::SweepPoint*> Finished(const std::vector<v1::SweepPoint>& points) {
  std::vector<const v1::SweepPoint*> finished;
  for (const v1::SweepPoint& point : points) {
    if (point.state() == v1::SUCCEEDED && !point.stopped_early()) finished.push_back(&point);
  }
  return finished;
}

v1::Metric MetricOf(const v1::SweepRecord& sweep, v1::Metric asked) {
  if (asked != v1::METRIC_UNSPECIFIED) return asked;
  const v1::Search& search = sweep.sweep().spec().search();
  return search.has_early_stop() ? search.early_stop().metric() : v1::COVERAGE;
}

std::uint32_t Best(const std::vector<v1::SweepPoint>& points, v1::Metric metric) {
  const v1::SweepPoint* best = nullptr;
  for (const v1::SweepPoint* point : Finished(points)) {
    if (best == nullptr || IsBetter(point->result(), best->result(), metric)) best = point;
  }
  return best == nullptr ? 0 : best->point();
}

}  // namespace

std::vector<std::uint32_t> ParetoFront(const std::vector<v1::SweepPoint>& points) {
  std::vector<const v1::SweepPoint*> by_bytes = Finished(points);
  std::stable_sort(by_bytes.begin(), by_bytes.end(), [](const auto* a, const auto* b) {
    const auto key = [](const v1::SweepPoint* point) {
      return std::pair(point->result().memory_bytes(), -point->result().coverage());
    };
    return key(a) < key(b);
  });
  std::vector<std::uint32_t> front;
  double best = -1;
  for (const v1::SweepPoint* point : by_bytes) {
    if (point->result().coverage() <= best) continue;
    best = point->result().coverage();
    front.push_back(point->point());
  }
  return front;
}

v1::AlignWork MeasureAlignWork(const std::vector<v1::SweepPoint>& points) {
  v1::AlignWork work;
  std::vector<std::pair<double, std::uint64_t>> own;  // seconds and tokens of each point alone
  for (const v1::SweepPoint& point : points) {
    std::pair<double, std::uint64_t> last;
    for (const v1::SweepTrial& trial : point.trials()) {
      work.set_computed_tokens(work.computed_tokens() + trial.computed_align_tokens());
      work.set_computed_seconds(work.computed_seconds() + trial.computed_align_seconds());
      work.set_alignments(work.alignments() + (trial.computed_align_tokens() > 0));
      if (trial.state() == v1::SUCCEEDED) last = {trial.align_seconds(), trial.align_tokens()};
    }
    own.push_back(last);
  }
  std::sort(own.rbegin(), own.rend());
  for (std::size_t i = 0; i < std::min<std::size_t>(2, own.size()); ++i) {
    work.set_two_dearest_seconds(work.two_dearest_seconds() + own[i].first);
    work.set_two_dearest_tokens(work.two_dearest_tokens() + own[i].second);
  }
  return work;
}

v1::SweepStatus MakeSweepStatus(const v1::SweepRecord& sweep, const std::vector<v1::SweepPoint>& points,
                                v1::Metric metric) {
  v1::SweepStatus status;
  status.set_sweep_id(sweep.sweep_id());
  *status.mutable_sweep() = sweep.sweep();
  status.set_state(sweep.state());
  status.set_reason(sweep.reason());
  status.set_paused(sweep.paused());
  for (const v1::SweepPoint& point : points) *status.add_points() = point;
  status.set_metric(MetricOf(sweep, metric));
  status.set_best(Best(points, status.metric()));
  for (const std::uint32_t number : ParetoFront(points)) status.add_pareto(number);
  *status.mutable_align() = MeasureAlignWork(points);
  status.set_submitted_unix_seconds(sweep.submitted_unix_seconds());
  status.set_finished_unix_seconds(sweep.finished_unix_seconds());
  return status;
}

}  // namespace rad
