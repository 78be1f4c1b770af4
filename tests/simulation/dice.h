// dice.h: the one source of chance of a history: equal seeds give equal histories.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "absl/time/time.h"

namespace rad {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  bool Chance(double probability) { return Share() < probability; }
  // Both ends included.
  int Between(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<std::uint64_t>(most - least + 1));
  }
  absl::Duration Within(absl::Duration least, absl::Duration most) {
    return least + Share() * (most - least);
  }
  template <typename Value>
  const Value& OneOf(const std::vector<Value>& values) {
    return values[engine_() % values.size()];
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  double Share() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  std::mt19937_64 engine_;
};

}  // namespace rad
