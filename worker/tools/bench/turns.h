// turns.h: work timed in turns with other work, so that a machine whose speed changes is fair to all of it.
#pragma once

#include <ATen/ATen.h>

#include <chrono>
#include <utility>

namespace rad {

template <typename Work>
double Seconds(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The mean of a few turns.
struct Turns {
  double seconds = 0;
  int count = 0;

  void Add(double turn_seconds) {
    seconds += turn_seconds;
    ++count;
  }
  double Mean() const { return seconds / count; }
};

// What the machine's matrix products reach in one number format: a square one that is large enough for full
// speed.
class GemmPeak {
 public:
  explicit GemmPeak(at::ScalarType dtype) : a_(at::randn({kSize, kSize}).to(dtype)) {}
  void Measure() {
    turns_.Add(Seconds([&] { at::mm(a_, a_); }));
  }
  void Forget() { turns_ = {}; }                                                // what was measured so far
  double Flops() const { return 2.0 * kSize * kSize * kSize / turns_.Mean(); }  // per second

 private:
  static constexpr std::int64_t kSize = 2048;
  at::Tensor a_;
  Turns turns_;
};

}  // namespace rad
