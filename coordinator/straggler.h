// straggler.h: which rank of a gang the others wait for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace rad {

// What a step costs one rank, by its reports: the steps done, and the seconds that it spent computing on
// those of this attempt.
class StepCost {
 public:
  void Observe(std::uint64_t step, double compute_seconds);
  // Mean over its recent steps; 0: not known yet.
  double seconds() const { return seconds_; }

 private:
  struct Report {
    std::uint64_t step;
    double compute_seconds;
  };
  std::optional<Report> last_;
  double seconds_ = 0;
};

// Each rank's seconds over the median of those known (of two in the middle the smaller, so that of two ranks
// the faster one is the measure); 0 where a rank's are not.
std::vector<double> StragglerScores(const std::vector<double>& step_seconds);

}  // namespace rad
