#include "worker/parallel/nccl_backend.h"

#include <gtest/gtest.h>

#include "tests/worker/parallel/run_ranks.h"

namespace rad {
namespace {

// What the ranks conclude, which must be one thing, from the device that each has.
std::string Obstacle(const std::vector<std::string>& devices) {
  std::vector<std::string> found(devices.size());
  RunRanks(static_cast<int>(devices.size()), 1, [&](const GangSeat& seat) {
    const auto rank = static_cast<std::size_t>(seat.rank);
    found[rank] = ObstacleToNccl(seat, devices[rank], std::chrono::minutes(1));
  });
  for (const std::string& other : found) EXPECT_EQ(other, found[0]);
  return found[0];
}

TEST(NcclBackend, NeedsADeviceOfItsOwnForEveryRank) {
  EXPECT_EQ(Obstacle({"a", "b", "c"}), "");
  EXPECT_EQ(Obstacle({"a", "", "c"}), "rank 1 has no CUDA device");
  EXPECT_EQ(Obstacle({"a", "b", "a"}),
            "rank 2 shares its CUDA device with another: set CUDA_VISIBLE_DEVICES");
}

TEST(NcclBackend, ARankThatDoesNotComeIsLost) {
  LocalMeetingPlace meeting;
  const GangSeat seat{0, 2, 2, "127.0.0.1", &meeting};
  EXPECT_THROW(ObstacleToNccl(seat, "a", std::chrono::milliseconds(1)), PeerLost);
}

}  // namespace
}  // namespace rad
