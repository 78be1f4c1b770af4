#include "worker/data/mixture.h"

#include <cmath>
#include <cstdlib>

namespace rad {
namespace {

constexpr int kShareBits = 32;

// floor(count * share), exactly. Never jumps by more than one from count to count + 1: where it does, that
// sequence is the part's.
std::uint64_t CountOf(std::uint64_t count, std::uint64_t share) {
  const std::uint64_t low = count & ((std::uint64_t{1} << kShareBits) - 1);
  return (count >> kShareBits) * share + (low * share >> kShareBits);
}

}  // namespace

Mixture::Mixture(const std::vector<double>& shares) : of_rest_(shares.size()) {
  double rest = 0;
  for (std::size_t part = shares.size(); part-- > 0;) {
    rest += shares[part];
    const double of_rest = shares[part] > 0 ? shares[part] / rest : 0;
    of_rest_[part] = static_cast<std::uint64_t>(std::llround(std::ldexp(of_rest, kShareBits)));
  }
}

Mixture::Draw Mixture::At(std::int64_t sequence) const {
  auto rest = static_cast<std::uint64_t>(sequence);
  for (std::size_t part = 0; part < of_rest_.size(); ++part) {
    const std::uint64_t before = CountOf(rest, of_rest_[part]);
    if (CountOf(rest + 1, of_rest_[part]) > before) return {part, static_cast<std::int64_t>(before)};
    rest -= before;
  }
  std::abort();  // the last part with a share takes all of the rest
}

}  // namespace rad
