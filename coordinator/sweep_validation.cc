#include "coordinator/sweep_validation.h"

#include <set>

#include "coordinator/spec_validation.h"
#include "coordinator/sweep_job.h"
#include "coordinator/sweep_metric.h"
#include "coordinator/sweep_points.h"
#include "proto/field_path.h"

namespace rad {
namespace {

constexpr std::uint64_t kMaxPoints = 1000;
constexpr std::size_t kMaxNameBytes = 55;  // leaves room for "-<point>" in a job's name

void CheckRange(const v1::SweepAxis& axis, const std::string& field, Violations& found) {
  const v1::ValueRange& range = axis.range();
  const auto leaf = FindField(*v1::JobSpec::descriptor(), axis.path());
  if (leaf.ok() && !IsNumber(**leaf)) found.Add(field, "is no number and has no range; list its values");
  if (!(range.min() <= range.max()))
    found.Add(field, absl::StrCat("has min ", range.min(), " above max ", range.max()));
  if (range.scale() == v1::ValueRange::LOG && !(range.min() >= 1e-300))
    found.Add(field, absl::StrCat("has min ", range.min(), "; a logarithmic scale needs one above 0"));
}

void CheckAxis(const v1::SweepAxis& axis, bool random, Violations& found) {
  const std::string field = absl::StrCat("spec.parameters.", axis.path());
  const auto leaf = FindField(*v1::JobSpec::descriptor(), axis.path());
  if (!leaf.ok()) found.Add("spec.parameters", leaf.status().message());
  if (axis.has_range() && !random)
    found.Add(field, "is a range, which method: random draws from; list values");
  if (axis.has_range() == (axis.values_size() > 0)) found.Add(field, "has no values; list at least one");
  if (axis.has_range()) CheckRange(axis, field, found);
}

void CheckAxes(const v1::SweepSpec& spec, Violations& found) {
  const bool random = spec.search().method() == v1::Search::RANDOM;
  if (spec.axes().empty())
    found.Add("spec.parameters", "is empty; give fields and their values: student.head_budget: [0, 5]");
  if (spec.points_size() > 0)
    found.Add("spec.parameters", "is a list of points, for method: list; give fields, each with its values");
  std::set<std::string> seen;
  for (const v1::SweepAxis& axis : spec.axes()) {
    CheckAxis(axis, random, found);
    if (!seen.insert(axis.path()).second)
      found.Add(absl::StrCat("spec.parameters.", axis.path()), "is given twice");
  }
  if (random && spec.search().points() == 0)
    found.Add("spec.search.points", "is missing; say how many points method: random draws");
  if (!random && spec.search().has_points())
    found.Add("spec.search.points", "is for method: random; a grid has all its combinations");
}

void CheckList(const v1::SweepSpec& spec, Violations& found) {
  if (spec.axes_size() > 0)
    found.Add("spec.parameters", "is a map; method: list needs a list of points, each a map of fields");
  if (spec.points().empty())
    found.Add("spec.parameters", "is empty; give points: - {student.head_budget: 5}");
  if (spec.search().has_points())
    found.Add("spec.search.points", "is for method: random; a list has the points that it lists");
}

void CheckEarlyStop(const v1::EarlyStop& early_stop, Violations& found) {
  found.Range("spec.search.early_stop.divisor", early_stop.divisor(), 2u, 10u);
  found.Range("spec.search.early_stop.rungs", early_stop.rungs(), 2u, 8u);
  if (early_stop.goal() != GoalOf(early_stop.metric())) {
    found.Add("spec.search.early_stop.goal",
              absl::StrCat("would keep the worst points by ", MetricWord(early_stop.metric()),
                           "; leave it out, or give the other"));
  }
}

void CheckMetric(const v1::Job& job, const v1::SweepSpec& spec, Violations& found) {
  if (!spec.search().has_early_stop() || !NeedsText(spec.search().early_stop().metric())) return;
  if (job.spec().evaluate().text_tokens() > 0) return;
  found.Add("spec.search.early_stop.metric",
            absl::StrCat("is ", MetricWord(spec.search().early_stop().metric()),
                         ", which is measured on text; give spec.template.evaluate.text_tokens"));
}

// Field and description: two points with the same mistake share both.
using Known = std::set<std::pair<std::string, std::string>>;

void CheckPoint(const v1::Sweep& sweep, const v1::SweepPoint& point, const std::set<std::string>& queues,
                Known& known, Violations& found) {
  const absl::StatusOr<v1::Job> job = JobOfPoint(sweep, "", point, 0);
  if (!job.ok()) {
    found.Add("spec.parameters", job.status().message());
    return;
  }
  Violations of_point = ValidateJob(*job, queues);
  CheckMetric(*job, sweep.spec(), of_point);
  for (const Violation& one : of_point.list()) {
    const bool named_by_sweep = one.field == "metadata.name";  // made from the sweep's, which is checked
    if (named_by_sweep || !known.emplace(one.field, one.description).second) continue;
    found.Add(one.field, absl::StrCat(one.description, " (point ", point.point(), ")"));
  }
}

}  // namespace

Violations ValidateSweep(const v1::Sweep& sweep, const std::set<std::string>& queues) {
  Violations found;
  const v1::SweepSpec& spec = sweep.spec();
  if (sweep.kind() != v1::Job::SWEEP) found.Add("kind", "is not Sweep");
  CheckName("metadata.name", sweep.metadata().name(), found);
  if (sweep.metadata().name().size() > kMaxNameBytes)
    found.Add("metadata.name", absl::StrCat("is longer than ", kMaxNameBytes, " letters"));
  if (sweep.metadata().labels().contains("sweep"))
    found.Add("metadata.labels.sweep", "is set by the service to the sweep's id; choose another key");
  found.Range("spec.max_concurrent", spec.max_concurrent(), 1u, 1000u);
  spec.search().method() == v1::Search::LIST ? CheckList(spec, found) : CheckAxes(spec, found);
  if (spec.search().has_early_stop()) CheckEarlyStop(spec.search().early_stop(), found);
  if (CountPoints(spec) > kMaxPoints)
    found.Add("spec.parameters", absl::StrCat("makes more than ", kMaxPoints, " points; give fewer values"));
  if (!found.empty()) return found;
  Known known;
  for (const v1::SweepPoint& point : ExpandPoints(spec)) CheckPoint(sweep, point, queues, known, found);
  return found;
}

}  // namespace rad
