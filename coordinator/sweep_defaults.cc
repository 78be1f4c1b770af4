#include "coordinator/sweep_defaults.h"

#include "coordinator/sweep_metric.h"

namespace rad {
namespace {

void FillEarlyStop(v1::EarlyStop& early_stop) {
  if (early_stop.type() == v1::EarlyStop::TYPE_UNSPECIFIED) early_stop.set_type(v1::EarlyStop::ASHA);
  if (!early_stop.has_divisor()) early_stop.set_divisor(3);
  if (!early_stop.has_rungs()) early_stop.set_rungs(3);
  if (early_stop.metric() == v1::METRIC_UNSPECIFIED) early_stop.set_metric(v1::COVERAGE);
  if (early_stop.goal() == v1::EarlyStop::GOAL_UNSPECIFIED) early_stop.set_goal(GoalOf(early_stop.metric()));
}

}  // namespace

void FillSweepDefaults(v1::Sweep& sweep) {
  v1::SweepSpec& spec = *sweep.mutable_spec();
  v1::Search& search = *spec.mutable_search();
  if (search.method() == v1::Search::METHOD_UNSPECIFIED)
    search.set_method(spec.points_size() > 0 ? v1::Search::LIST : v1::Search::GRID);
  if (search.method() == v1::Search::RANDOM && !search.has_seed()) search.set_seed(1);
  for (v1::SweepAxis& axis : *spec.mutable_axes()) {
    if (axis.has_range() && axis.range().scale() == v1::ValueRange::SCALE_UNSPECIFIED)
      axis.mutable_range()->set_scale(v1::ValueRange::LINEAR);
  }
  if (search.has_early_stop()) FillEarlyStop(*search.mutable_early_stop());
  if (!spec.has_max_concurrent()) spec.set_max_concurrent(4);
}

}  // namespace rad
