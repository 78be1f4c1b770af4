#include "coordinator/sweep_rungs.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "coordinator/job_state.h"
#include "coordinator/sweep_ledger.h"
#include "coordinator/sweep_metric.h"

namespace rad {
namespace {

const v1::SweepResult* ResultOnRung(const v1::SweepPoint& point, std::uint32_t rung) {
  for (const v1::SweepTrial& trial : point.trials()) {
    if (trial.rung() == rung && trial.state() == v1::SUCCEEDED) return &trial.result();
  }
  return nullptr;
}

// Everybody who has finished the rung, best first; equal ones by number.
std::vector<const v1::SweepPoint*> Standing(const std::vector<v1::SweepPoint>& points, std::uint32_t rung,
                                            v1::Metric metric) {
  std::vector<const v1::SweepPoint*> standing;
  for (const v1::SweepPoint& point : points) {
    if (ResultOnRung(point, rung) != nullptr) standing.push_back(&point);
  }
  std::stable_sort(standing.begin(), standing.end(), [&](const auto* a, const auto* b) {
    return IsBetter(*ResultOnRung(*a, rung), *ResultOnRung(*b, rung), metric);
  });
  return standing;
}

class Rungs {
 public:
  Rungs(const v1::EarlyStop& early_stop, const std::vector<v1::SweepPoint>& points)
      : early_stop_(early_stop), points_(points), stopped_(points.size() + 1) {}

  RungDecision Decide() {
    for (std::uint32_t rung = 0; rung + 1 < early_stop_.rungs(); ++rung) DecideRung(rung);
    return std::move(decision_);
  }

 private:
  // Whether somebody may still come to finish this rung.
  bool IsOpen(std::uint32_t rung) const {
    return std::any_of(points_.begin(), points_.end(), [&](const v1::SweepPoint& point) {
      return !IsTerminal(point.state()) && !stopped_[point.point()] && FinishedRungs(point) <= rung;
    });
  }

  void DecideRung(std::uint32_t rung) {
    const auto standing = Standing(points_, rung, early_stop_.metric());
    const bool open = IsOpen(rung);
    const std::size_t share = standing.size() / early_stop_.divisor();
    const std::size_t go_on = open ? share : std::max<std::size_t>(1, share);
    for (std::size_t place = 0; place < standing.size(); ++place) {
      const v1::SweepPoint& point = *standing[place];
      const bool waits =
          point.state() == v1::RUNNING && !HasRunningTrial(point) && FinishedRungs(point) == rung + 1;
      if (waits && place < go_on) Promote(point);
      if (waits && place >= go_on && !open) Stop(point, rung, place, standing.size());
    }
  }

  void Promote(const v1::SweepPoint& point) {
    decision_.promoted.insert(decision_.promoted.begin(), point.point());
  }

  void Stop(const v1::SweepPoint& point, std::uint32_t rung, std::size_t place, std::size_t among) {
    stopped_[point.point()] = true;
    decision_.stopped.push_back(
        {point.point(),
         absl::StrFormat("stopped on rung %d of 0 to %d: place %d of %d by %s", rung, early_stop_.rungs() - 1,
                         place + 1, among, MetricWord(early_stop_.metric()))});
  }

  const v1::EarlyStop& early_stop_;
  const std::vector<v1::SweepPoint>& points_;
  std::vector<bool> stopped_;  // by number
  RungDecision decision_;
};

}  // namespace

RungDecision DecideRungs(const v1::EarlyStop& early_stop, const std::vector<v1::SweepPoint>& points) {
  return Rungs(early_stop, points).Decide();
}

}  // namespace rad
