#include "tests/simulation/timeline.h"

#include <algorithm>

namespace rad {

void Timeline::After(absl::Duration delay, Event event) {
  events_.emplace(std::pair(now_ + std::max(delay, absl::ZeroDuration()), next_++), std::move(event));
}

bool Timeline::Step(absl::Duration end) {
  if (events_.empty() || events_.begin()->first.first > end) {
    now_ = std::max(now_, end);
    return false;
  }
  auto event = events_.extract(events_.begin());
  now_ = event.key().first;
  event.mapped()();
  return true;
}

}  // namespace rad
