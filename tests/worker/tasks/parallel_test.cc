#include "worker/tasks/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace rad {
namespace {

TEST(ParallelTest, EveryIndexOnce) {
  std::vector<std::atomic<int>> calls(1000);
  EXPECT_TRUE(ForEachInParallel(calls.size(), 4, [&](std::size_t i) {
                ++calls[i];
                return absl::OkStatus();
              }).ok());
  for (const auto& count : calls) EXPECT_EQ(count, 1);
}

TEST(ParallelTest, AnErrorEndsItAndIsReturned) {
  std::atomic<int> calls = 0;
  const absl::Status status = ForEachInParallel(1000000, 4, [&](std::size_t i) {
    ++calls;
    return i >= 3 ? absl::DataLossError("bad") : absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_LT(calls, 1000);
}

TEST(ParallelTest, NothingToDoIsOk) {
  EXPECT_TRUE(ForEachInParallel(0, 4, [](std::size_t) { return absl::InternalError("called"); }).ok());
}

}  // namespace
}  // namespace rad
