// random.h: random numbers that are a function of a key and nothing else, the same on every machine.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace rad {

// splitmix64's finaliser: a bijection of 64 bits in which every input bit moves every output bit.
constexpr std::uint64_t MixBits(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// Keyed by what is drawn ({seed, stream, sequence}), so that a resumed run needs no saved generator state.
class Random {
 public:
  explicit constexpr Random(std::initializer_list<std::uint64_t> key) {
    for (std::uint64_t part : key) state_ = MixBits(state_ + kStep + part);
  }

  constexpr std::uint64_t Next() { return MixBits(state_ += kStep); }
  // Uniform in [0, bound); the bias of the modulo is below 2^-32 for the bounds of this program.
  constexpr std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  // Uniform in [0, 1).
  constexpr double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;
  std::uint64_t state_ = 0;
};

}  // namespace rad
