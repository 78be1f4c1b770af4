#include "worker/data/keyed_permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace rad {
namespace {

std::vector<std::uint64_t> Order(std::uint64_t count, std::uint64_t key) {
  std::vector<std::uint64_t> order;
  for (std::uint64_t place = 0; place < count; ++place) order.push_back(PermutedIndex(place, count, key));
  return order;
}

TEST(KeyedPermutation, IsAPermutationOfAnyCount) {
  for (std::uint64_t count = 1; count < 300; ++count) {
    const std::vector<std::uint64_t> order = Order(count, count * 7);
    const std::set<std::uint64_t> distinct(order.begin(), order.end());
    ASSERT_EQ(distinct.size(), count);
    EXPECT_EQ(*distinct.rbegin(), count - 1);
  }
}

TEST(KeyedPermutation, EveryKeyHasItsOwnOrder) {
  EXPECT_NE(Order(100, 1), Order(100, 2));
  EXPECT_EQ(Order(100, 1), Order(100, 1));
}

TEST(KeyedPermutation, TakesAnyIndexToAnyPlaceAboutAsOften) {
  constexpr std::uint64_t kCount = 11;
  constexpr int kKeys = 11'000;
  for (std::uint64_t place = 0; place < kCount; ++place) {
    std::vector<int> times(kCount);
    for (std::uint64_t key = 0; key < kKeys; ++key) ++times[PermutedIndex(place, kCount, key)];
    for (const int seen : times) EXPECT_NEAR(seen, 1000, 6 * std::sqrt(1000.0));
  }
}

}  // namespace
}  // namespace rad
