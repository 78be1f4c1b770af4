// rate.h: how fast a task gets on and when it will be done. Pure: `now` is given.
#pragma once

#include <optional>

#include "absl/time/time.h"

namespace rad {

// An exponentially smoothed rate: what happened kSmoothing ago counts 1/e. A task that resumes at done > 0 is
// not credited with what an earlier attempt did.
class Rate {
 public:
  static constexpr absl::Duration kSmoothing = absl::Seconds(20);

  // `done` so far; a smaller one than before starts anew.
  void Observe(double done, absl::Time now);
  double per_second() const { return weight_ > 0 ? smoothed_ / weight_ : 0; }
  // Seconds until `total`; negative while unknown.
  double EtaSeconds(double total) const;

 private:
  std::optional<absl::Time> last_;
  double done_ = 0;
  double smoothed_ = 0;  // of done per second, and the weight of the time observed so far, which debiases it
  double weight_ = 0;
};

}  // namespace rad
