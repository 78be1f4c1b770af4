// split_mix.h: a random sequence that is the same on every machine and compiler, as
// std::uniform_int_distribution is not. SplitMix64 (Steele, Lea, Flood 2014): a counter through a mixing
// function, so seeds may be consecutive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace rad {

class SplitMix {
 public:
  // A sequence of its own for each list of numbers: (seed, split, index), say.
  explicit SplitMix(std::initializer_list<std::uint64_t> parts) {
    for (std::uint64_t part : parts) state_ = Next() ^ part;
  }

  std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound); bound > 0.
  std::uint64_t Below(std::uint64_t bound) {
    const std::uint64_t reject_below = -bound % bound;  // 2^64 mod bound: what would favour small results
    for (;;) {
      const std::uint64_t value = Next();
      if (value >= reject_below) return value % bound;
    }
  }

  // Uniform in [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

  // The first `count` places of a random order of `items`; count <= items.size().
  template <typename T>
  std::vector<T> Sample(std::vector<T> items, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + Below(items.size() - i)]);
    items.resize(count);
    return items;
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace rad
