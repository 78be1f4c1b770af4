// world.h: what all parts of one history share.
#pragma once

#include "tests/simulation/dice.h"
#include "tests/simulation/faulty_store.h"
#include "tests/simulation/model.h"
#include "tests/simulation/timeline.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/virtual_clock.h"

namespace rad {

inline constexpr absl::Duration kLease = absl::Seconds(10);

// How bad things are; all zero: nothing goes wrong.
struct Weather {
  double message_lost = 0;   // with it what follows on its stream
  double call_lost = 0;      // the request, or the answer to what was done
  double call_repeated = 0;  // done twice
  double attempt_fails = 0;  // or crashes, by itself
  absl::Duration slowest = absl::Milliseconds(20);
};

struct World {
  World(std::uint64_t seed, bool aloud) : dice(seed), trace(timeline, aloud) {}

  Timeline timeline;
  Dice dice;
  Trace trace;
  VirtualClock clock{timeline};
  Model model{kLease, trace};
  Weather weather;
  StoreFaults store_faults;
};

}  // namespace rad
