// mixture.h: which of several parts each sequence of a training run is drawn from, spread evenly. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rad {

class Mixture {
 public:
  // Shares are 0 or more, at least one above 0; only their ratios matter.
  explicit Mixture(const std::vector<double>& shares);

  struct Draw {
    std::size_t part = 0;
    std::int64_t number = 0;  // how many sequences before this one were of the same part
    bool operator==(const Draw&) const = default;
  };
  // A function of the number alone. Among any first n sequences a part has its share of n, give or take one
  // for each part before it and itself.
  Draw At(std::int64_t sequence) const;

 private:
  std::vector<std::uint64_t> of_rest_;  // each part's share of what the parts before it leave, in 2^-32
};

}  // namespace rad
