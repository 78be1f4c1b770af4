#include "coordinator/head_race.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "coordinator/measure_agreement.h"
#include "coordinator/race_bounds.h"

namespace rad {
namespace {

// The leaders have this many times the challengers' examples. Theirs are few, so they cost little, and the
// challengers, which are many, leave the sooner the more is known of the leaders.
constexpr std::uint32_t kLead = 8;
constexpr std::size_t kNamedHeads = 12;  // undecided ones, in the reason

struct Runner {
  HeadRef head;
  std::size_t look = 0;
  bool out = false;
  bool in = false;   // certainly: it needs no more examples
  ProbeCosts costs;  // of its newest complete look
  double drop = 0;
  DropBounds bounds;
};

// Plays the race from its start on what the table holds, to the first cell that is missing or to the end.
class Race {
 public:
  Race(const ScoreTables& tables, const RaceOptions& options)
      : tables_(tables),
        options_(options),
        looks_(options.method == v1::Ranking::EXHAUSTIVE ? std::vector{options.examples}
                                                         : RaceLooks(options.examples)) {
    for (std::uint32_t layer = 0; layer < options.layers; ++layer) {
      for (std::uint32_t head = 0; head < options.heads_per_layer; ++head)
        runners_.push_back({.head = {layer, head}});
    }
    top_ = std::min<std::size_t>(options.top, runners_.size());
  }

  RaceDecision Play() {
    while (RoundIsKnown()) {
      MeasureRunners();
      DismissBehind(KthBest(&DropBounds::low));
      AcceptCertain();
      if (IsOver()) return Conclude();
      Advance();
    }
    return Ask();
  }

 private:
  std::uint32_t Target(const Runner& runner) const { return looks_[runner.look]; }

  bool RoundIsKnown() const {
    return std::all_of(runners_.begin(), runners_.end(), [&](const Runner& runner) {
      return IsMeasured(runner) || std::all_of(tables_.begin(), tables_.end(), [&](const ScoreTable* table) {
               return table->Known(runner.head, Target(runner)) == Target(runner);
             });
    });
  }

  bool IsMeasured(const Runner& runner) const { return runner.costs.combined.examples == Target(runner); }

  std::pair<double, double> MeanAndDeviation(const HeadCost& cost) const {
    if (options_.by == v1::Ranking::ACCURACY) return {cost.accuracy_drop, cost.accuracy_deviation};
    return {cost.logprob_drop, cost.logprob_deviation};
  }

  // What bounds are put on: the combined drop or, where the largest counts, the drop on each probe.
  std::span<const HeadCost> Bounded(const Runner& runner) const {
    if (options_.combine == v1::Ranking::WORST) return runner.costs.by_probe;
    return {&runner.costs.combined, 1};
  }

  void MeasureRunners() {
    for (Runner& runner : runners_) {
      if (!IsMeasured(runner)) runner.costs = CostsOf(tables_, runner.head, Target(runner), options_.combine);
    }
    if (bounds_.empty()) MakeBounds();
    for (Runner& runner : runners_) {
      runner.drop = MeanAndDeviation(runner.costs.combined).first;
      runner.bounds = BoundsOf(runner);
    }
  }

  void MakeBounds() {
    const std::size_t count = Bounded(runners_.front()).size();
    for (std::size_t i = 0; i < count; ++i)
      bounds_.emplace_back(looks_, options_.delta, runners_.size(), top_, MiddleDeviation(i), count);
  }

  DropBounds BoundsOf(const Runner& runner) const {
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    DropBounds largest{kNone, kNone};
    const std::span<const HeadCost> costs = Bounded(runner);
    for (std::size_t i = 0; i < costs.size(); ++i) {
      const auto [mean, deviation] = MeanAndDeviation(costs[i]);
      const DropBounds bounds = bounds_[i].Of(mean, deviation, runner.look);
      largest = {std::max(largest.low, bounds.low), std::max(largest.high, bounds.high)};
    }
    return largest;
  }

  double MiddleDeviation(std::size_t i) const {
    std::vector<double> deviations;
    for (const Runner& runner : runners_) deviations.push_back(MeanAndDeviation(Bounded(runner)[i]).second);
    const auto middle = deviations.begin() + deviations.size() / 2;
    std::nth_element(deviations.begin(), middle, deviations.end());
    return *middle;
  }

  std::vector<Runner*> Running() {
    std::vector<Runner*> running;
    for (Runner& runner : runners_) {
      if (!runner.out) running.push_back(&runner);
    }
    return running;
  }

  // The top_-th largest of a bound among those still running.
  double KthBest(double DropBounds::*bound) {
    std::vector<double> values;
    for (const Runner* runner : Running()) values.push_back(runner->bounds.*bound);
    if (top_ == 0) return std::numeric_limits<double>::infinity();
    std::nth_element(values.begin(), values.begin() + (top_ - 1), values.end(), std::greater<>());
    return values[top_ - 1];
  }

  void DismissBehind(double line) {
    for (Runner* runner : Running()) runner->out = runner->bounds.high < line;
  }

  // Those than which fewer than top_ others could be better.
  void AcceptCertain() {
    std::vector<double> highs;
    for (const Runner* runner : Running()) highs.push_back(runner->bounds.high);
    std::sort(highs.begin(), highs.end());
    for (Runner* runner : Running()) {
      const auto first = std::lower_bound(highs.begin(), highs.end(), runner->bounds.low);
      const std::size_t rivals = highs.end() - first - 1;  // its own is one of those
      runner->in |= rivals < top_;
    }
  }

  bool IsOver() {
    const std::vector<Runner*> running = Running();
    return running.size() <= top_ || std::all_of(running.begin(), running.end(), [&](const Runner* runner) {
             return runner->in || runner->look + 1 == looks_.size();
           });
  }

  // First the leaders alone run ahead; after that all move on by a look in each round, and those ahead stay
  // so while they lead. One that comes to lead later moves with the others: a run of its own would pay alone
  // for what heads on the same examples share.
  void Advance() {
    if (++rounds_ > 1) stage_ = std::min(stage_ + 1, looks_.size() - 1);
    std::vector<Runner*> running = Running();
    std::sort(running.begin(), running.end(), [](const Runner* a, const Runner* b) {
      return std::make_tuple(-a->drop, a->head) < std::make_tuple(-b->drop, b->head);
    });
    const auto ahead = std::lower_bound(looks_.begin(), looks_.end() - 1, kLead * looks_[stage_]);
    const std::size_t leaders = top_ + (top_ + 1) / 2;
    for (std::size_t i = 0; i < running.size(); ++i) {
      if (running[i]->in) continue;
      const bool leads = i < leaders && (rounds_ == 1 || running[i]->look > stage_);
      const std::size_t to = leads ? ahead - looks_.begin() : stage_;
      running[i]->look = std::max(running[i]->look, to);
    }
  }

  std::uint64_t Evaluations() const {
    std::uint64_t evaluations = 0;
    for (const Runner& runner : runners_) evaluations += Target(runner);
    return evaluations * tables_.size();
  }

  RaceDecision Ask() const {
    std::map<std::uint32_t, std::vector<HeadRef>> moving;
    std::size_t out = 0;
    for (const Runner& runner : runners_) {
      out += runner.out;
      if (!IsMeasured(runner)) moving[Target(runner)].push_back(runner.head);
    }
    RaceDecision decision{.evaluations = Evaluations()};
    std::vector<std::string> parts;
    for (auto& [examples, heads] : moving) {
      parts.push_back(absl::StrCat(heads.size(), " heads on ", examples, Examples()));
      decision.blocks.push_back({std::move(heads), examples});
    }
    decision.reason = absl::StrCat("round ", rounds_ + 1, ": ", absl::StrJoin(parts, ", "), "; ", out, " of ",
                                   runners_.size(), " heads are out");
    return decision;
  }

  std::string Examples() const {
    return tables_.size() == 1 ? " examples" : absl::StrCat(" examples of ", tables_.size(), " probes");
  }

  RaceDecision Conclude() {
    RaceDecision decision{.done = true, .evaluations = Evaluations()};
    const bool settled = Running().size() <= top_;
    std::sort(runners_.begin(), runners_.end(), [](const Runner& a, const Runner& b) {
      return std::make_tuple(a.out, -a.drop, a.head) < std::make_tuple(b.out, -b.drop, b.head);
    });
    std::vector<HeadRef> undecided;
    for (const Runner& runner : runners_) {
      const bool open = !settled && !runner.out && !runner.in;
      if (open) undecided.push_back(runner.head);
      decision.ranking.push_back({.head = runner.head,
                                  .cost = runner.costs.combined,
                                  .drop = runner.drop,
                                  .deviation = MeanAndDeviation(runner.costs.combined).second,
                                  .low = runner.bounds.low,
                                  .high = runner.bounds.high,
                                  .undecided = open,
                                  .by_probe = runner.costs.by_probe});
    }
    decision.reason = absl::StrCat(Spent(decision), "; ", Certainty(std::move(undecided)), "; ",
                                   AgreementText(AgreementOf(decision.ranking, top_)));
    return decision;
  }

  std::string Spent(const RaceDecision& decision) const {
    const std::uint64_t all = std::uint64_t{runners_.size()} * options_.examples * tables_.size();
    return absl::StrFormat("ranked %d heads with %d evaluations (exhaustive: %d)", runners_.size(),
                           decision.evaluations, all);
  }

  std::string Certainty(std::vector<HeadRef> undecided) const {
    if (top_ == 0) return "no student asks for the best ones";
    if (undecided.empty()) {
      return absl::StrFormat("the top %d are certain (error probability at most %g)", top_, options_.delta);
    }
    const std::size_t count = undecided.size();
    undecided.resize(std::min(count, kNamedHeads));
    return absl::StrFormat("%d heads are undecided, each could be among the top %d or not after %d%s: %s%s",
                           count, top_, options_.examples, Examples(), HeadsText(undecided),
                           count > kNamedHeads ? " ..." : "");
  }

  const ScoreTables& tables_;
  const RaceOptions& options_;
  const std::vector<std::uint32_t> looks_;
  std::vector<Runner> runners_;
  std::vector<RaceBounds> bounds_;  // on each of what is Bounded, from the first look on
  std::size_t top_ = 0;
  std::size_t stage_ = 0;     // the challengers' look
  std::uint32_t rounds_ = 0;  // done
};

}  // namespace

RaceDecision NextRound(const ScoreTables& tables, const RaceOptions& options) {
  return Race(tables, options).Play();
}

}  // namespace rad
