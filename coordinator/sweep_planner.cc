#include "coordinator/sweep_planner.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/job_state.h"
#include "coordinator/sweep_ledger.h"
#include "coordinator/sweep_rungs.h"

namespace rad {
namespace {

class SweepPlanner {
 public:
  SweepPlanner(const v1::SweepRecord& sweep, const std::vector<v1::SweepPoint>& points)
      : sweep_(sweep), points_(points) {}

  SweepDecision Decide() {
    sweep_.cancelling() ? CancelAll() : Advance();
    Conclude();
    return std::move(decision_);
  }

 private:
  void CancelAll() {
    for (const v1::SweepPoint& point : points_) {
      if (IsTerminal(point.state())) continue;
      if (HasRunningTrial(point)) {
        decision_.cancels.push_back(point.trials(point.trials_size() - 1).job_id());
      } else {
        decision_.ends.push_back({point.point(), v1::CANCELLED, "the sweep was cancelled"});
      }
    }
  }

  // Those that have come furthest first, then new ones in their order.
  void Advance() {
    if (sweep_.sweep().spec().search().has_early_stop()) {
      RungDecision rungs = DecideRungs(sweep_.sweep().spec().search().early_stop(), points_);
      for (const RungDecision::Stop& stop : rungs.stopped)
        decision_.ends.push_back({stop.point, v1::SUCCEEDED, stop.reason, true});
      for (const std::uint32_t number : rungs.promoted) Start(points_[number - 1]);
    }
    for (const v1::SweepPoint& point : points_) {
      if (point.state() == v1::PENDING) Start(point);
    }
  }

  void Start(const v1::SweepPoint& point) {
    if (sweep_.paused() || Running() >= sweep_.sweep().spec().max_concurrent()) return;
    decision_.starts.push_back({point.point(), FinishedRungs(point)});
  }

  std::size_t Running() const {
    return decision_.starts.size() + std::count_if(points_.begin(), points_.end(), HasRunningTrial);
  }

  std::vector<std::uint32_t> Numbers(v1::State state) const {
    std::vector<std::uint32_t> numbers;
    for (const v1::SweepPoint& point : points_) {
      const auto end = std::find_if(decision_.ends.begin(), decision_.ends.end(),
                                    [&](const auto& one) { return one.point == point.point(); });
      const v1::State now = end == decision_.ends.end() ? point.state() : end->state;
      if (now == state) numbers.push_back(point.point());
    }
    return numbers;
  }

  void Conclude() {
    const auto failed = Numbers(v1::FAILED), cancelled = Numbers(v1::CANCELLED);
    const std::size_t done = Numbers(v1::SUCCEEDED).size();
    const std::size_t ended = done + failed.size() + cancelled.size();
    decision_.reason = absl::StrCat(done, " of ", points_.size(), " points done");
    if (!failed.empty()) absl::StrAppend(&decision_.reason, ", failed: ", absl::StrJoin(failed, " "));
    if (!cancelled.empty())
      absl::StrAppend(&decision_.reason, ", cancelled: ", absl::StrJoin(cancelled, " "));
    if (ended == points_.size()) {
      decision_.state = sweep_.cancelling() ? v1::CANCELLED : failed.empty() ? v1::SUCCEEDED : v1::FAILED;
      return;
    }
    decision_.state = ended > 0 || Running() > 0 ? v1::RUNNING : v1::PENDING;
    absl::StrAppend(&decision_.reason, ", running: ", Running());
    if (sweep_.paused()) absl::StrAppend(&decision_.reason, "; paused, no other starts");
  }

  const v1::SweepRecord& sweep_;
  const std::vector<v1::SweepPoint>& points_;
  SweepDecision decision_;
};

}  // namespace

SweepDecision DecideSweep(const v1::SweepRecord& sweep, const std::vector<v1::SweepPoint>& points) {
  return SweepPlanner(sweep, points).Decide();
}

}  // namespace rad
