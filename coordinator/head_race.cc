#include "coordinator/head_race.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
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
  HeadCost cost;  // of its newest complete look
  double drop = 0;
  DropBounds bounds;
};

// Plays the race from its start on what the table holds, to the first cell that is missing or to the end.
class Race {
 public:
  Race(const ScoreTable& table, const RaceOptions& options)
      : table_(table),
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
      if (IsOver()) return Conclude();
      Advance();
    }
    return Ask();
  }

 private:
  std::uint32_t Target(const Runner& runner) const { return looks_[runner.look]; }

  bool RoundIsKnown() const {
    return std::all_of(runners_.begin(), runners_.end(), [&](const Runner& runner) {
      return runner.cost.examples == Target(runner) ||
             table_.Known(runner.head, Target(runner)) == Target(runner);
    });
  }

  std::pair<double, double> MeanAndDeviation(const HeadCost& cost) const {
    if (options_.by == v1::Ranking::ACCURACY) return {cost.accuracy_drop, cost.accuracy_deviation};
    return {cost.logprob_drop, cost.logprob_deviation};
  }

  void MeasureRunners() {
    for (Runner& runner : runners_) {
      if (runner.cost.examples != Target(runner)) runner.cost = table_.Cost(runner.head, Target(runner));
    }
    if (!bounds_) bounds_.emplace(looks_, options_.delta, runners_.size(), top_, MiddleDeviation());
    for (Runner& runner : runners_) {
      const auto [mean, deviation] = MeanAndDeviation(runner.cost);
      runner.drop = mean;
      runner.bounds = bounds_->Of(mean, deviation, runner.look);
    }
  }

  double MiddleDeviation() const {
    std::vector<double> deviations;
    for (const Runner& runner : runners_) deviations.push_back(MeanAndDeviation(runner.cost).second);
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

  bool IsOver() {
    const std::vector<Runner*> running = Running();
    return running.size() <= top_ || std::all_of(running.begin(), running.end(), [&](const Runner* runner) {
             return runner->look + 1 == looks_.size();
           });
  }

  // First the leaders alone run ahead; after that all move on by a look in each round.
  void Advance() {
    if (++rounds_ > 1) stage_ = std::min(stage_ + 1, looks_.size() - 1);
    std::vector<Runner*> running = Running();
    std::sort(running.begin(), running.end(), [](const Runner* a, const Runner* b) {
      return std::make_tuple(-a->drop, a->head) < std::make_tuple(-b->drop, b->head);
    });
    const auto ahead = std::lower_bound(looks_.begin(), looks_.end() - 1, kLead * looks_[stage_]);
    const std::size_t leaders = top_ + (top_ + 1) / 2;
    for (std::size_t i = 0; i < running.size(); ++i) {
      const std::size_t to = i < leaders ? ahead - looks_.begin() : stage_;
      running[i]->look = std::max(running[i]->look, to);
    }
  }

  std::uint64_t Evaluations() const {
    std::uint64_t evaluations = 0;
    for (const Runner& runner : runners_) evaluations += Target(runner);
    return evaluations;
  }

  RaceDecision Ask() const {
    std::map<std::uint32_t, std::vector<HeadRef>> moving;
    std::size_t out = 0;
    for (const Runner& runner : runners_) {
      out += runner.out;
      if (runner.cost.examples != Target(runner)) moving[Target(runner)].push_back(runner.head);
    }
    RaceDecision decision{.evaluations = Evaluations()};
    std::vector<std::string> parts;
    for (auto& [examples, heads] : moving) {
      parts.push_back(absl::StrCat(heads.size(), " heads on ", examples, " examples"));
      decision.blocks.push_back({std::move(heads), examples});
    }
    decision.reason = absl::StrCat("round ", rounds_ + 1, ": ", absl::StrJoin(parts, ", "), "; ", out, " of ",
                                   runners_.size(), " heads are out");
    return decision;
  }

  // Whether fewer than top_ others could be better.
  bool IsCertainlyIn(const Runner& runner) const {
    const auto rivals = std::count_if(runners_.begin(), runners_.end(), [&](const Runner& other) {
      return !other.out && &other != &runner && other.bounds.high >= runner.bounds.low;
    });
    return static_cast<std::size_t>(rivals) < top_;
  }

  RaceDecision Conclude() {
    RaceDecision decision{.done = true, .evaluations = Evaluations()};
    const bool settled = Running().size() <= top_;
    std::sort(runners_.begin(), runners_.end(), [](const Runner& a, const Runner& b) {
      return std::make_tuple(a.out, -a.drop, a.head) < std::make_tuple(b.out, -b.drop, b.head);
    });
    std::vector<HeadRef> undecided;
    for (const Runner& runner : runners_) {
      const bool open = !settled && !runner.out && !IsCertainlyIn(runner);
      if (open) undecided.push_back(runner.head);
      decision.ranking.push_back({.head = runner.head,
                                  .cost = runner.cost,
                                  .drop = runner.drop,
                                  .deviation = MeanAndDeviation(runner.cost).second,
                                  .low = runner.bounds.low,
                                  .high = runner.bounds.high,
                                  .undecided = open});
    }
    decision.reason = absl::StrCat(Spent(decision), "; ", Certainty(std::move(undecided)), "; ",
                                   AgreementText(AgreementOf(decision.ranking, top_)));
    return decision;
  }

  std::string Spent(const RaceDecision& decision) const {
    const std::uint64_t all = std::uint64_t{runners_.size()} * options_.examples;
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
    return absl::StrFormat(
        "%d heads are undecided, each could be among the top %d or not after %d examples: %s%s", count, top_,
        options_.examples, HeadsText(undecided), count > kNamedHeads ? " ..." : "");
  }

  const ScoreTable& table_;
  const RaceOptions& options_;
  const std::vector<std::uint32_t> looks_;
  std::vector<Runner> runners_;
  std::optional<RaceBounds> bounds_;  // from the first look on
  std::size_t top_ = 0;
  std::size_t stage_ = 0;     // the challengers' look
  std::uint32_t rounds_ = 0;  // done
};

}  // namespace

RaceDecision NextRound(const ScoreTable& table, const RaceOptions& options) {
  return Race(table, options).Play();
}

}  // namespace rad
