// race_bounds.h: confidence bounds on a head's mean paired drop, all of which hold at once.
//
// A head's drops (unablated minus ablated on the same example) are looked at after 10, 15, 22, 33, 49, ...
// examples. Of a set of `top` heads that are truly best, only these errors can spoil the answer: that one of
// them falls below its upper bound, or that one of the others rises above its lower bound. Half of delta is
// spent on each: delta/2 over `top` upper bounds, delta/2 over heads - top lower ones (Bonferroni; the split
// by side as in Kalyanakrishnan et al., "PAC subset selection in stochastic multi-armed bandits", 2012). A
// head's share is spent on its looks alike: their number is known, as the budget of examples is. (A share
// that shrinks from look to look, as an endless race needs it, costs 3% more evaluations on SmolLM2's heads
// and leaves more of them undecided.) Each bound is Student's: mean -+ t * deviation / sqrt(examples), exact
// for normal drops and close for others once there are some tens of them.
//
// Where a head's drop is the largest of its drops on `probes` probes, the largest of their upper bounds
// bounds it as they are: only the one on the probe where it truly is largest has to hold. The largest of
// their lower bounds needs all of them to hold, so each gets 1/probes of what one lower bound may err.
//
// Where Student's bound is weak, on few examples of a skewed head, `least_deviation` guards it: no head is
// taken to vary less than the middle one of all heads did on the first look.
#pragma once

#include <cstdint>
#include <vector>

namespace rad {

struct DropBounds {
  double low = 0;
  double high = 0;
};

// 10, 15, 22, 33, 49, 73, ... and at last `examples`.
std::vector<std::uint32_t> RaceLooks(std::uint32_t examples);

class RaceBounds {
 public:
  // `looks`: ascending numbers of examples, each at least 2. top <= heads.
  RaceBounds(const std::vector<std::uint32_t>& looks, double delta, std::uint32_t heads, std::uint32_t top,
             double least_deviation, std::uint32_t probes = 1);

  DropBounds Of(double mean, double deviation, std::size_t look) const;

 private:
  struct Reach {  // of the bounds, in units of the deviation
    double below = 0;
    double above = 0;
  };
  std::vector<Reach> by_look_;
  double least_deviation_;
};

}  // namespace rad
