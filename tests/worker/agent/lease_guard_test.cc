#include "worker/agent/lease_guard.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

constexpr absl::Duration kLease = absl::Seconds(10);

absl::Time At(double seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

TEST(LeaseGuardTest, NothingIsHeldBeforeTheFirstAnswer) {
  LeaseGuard guard;
  guard.Open(kLease);
  guard.Sent(At(0));
  EXPECT_FALSE(guard.Holds(At(0)));
  guard.Answered();
  EXPECT_TRUE(guard.Holds(At(0)));
}

TEST(LeaseGuardTest, ALeaseCountsFromTheSendingNotFromTheAnswer) {
  LeaseGuard guard;
  guard.Open(kLease);
  guard.Sent(At(0));
  guard.Sent(At(3));
  guard.Answered();  // the first
  EXPECT_EQ(guard.StopAt(), At(9));
  EXPECT_EQ(guard.StopAt() + guard.Grace(), At(0) + kLease);
  EXPECT_TRUE(guard.Holds(At(8.9)));
  EXPECT_FALSE(guard.Holds(At(9)));
  guard.Answered();
  EXPECT_EQ(guard.StopAt(), At(12));
}

TEST(LeaseGuardTest, ANewSessionAnswersNoHeartbeatOfTheOneBefore) {
  LeaseGuard guard;
  guard.Open(kLease);
  guard.Sent(At(0));
  guard.Answered();
  guard.Sent(At(3));
  guard.Open(kLease);
  EXPECT_EQ(guard.StopAt(), At(9));
  guard.Sent(At(5));
  guard.Answered();
  EXPECT_EQ(guard.StopAt(), At(14));
}

TEST(LeaseGuardTest, AnAnswerTooMuchIsNoLease) {
  LeaseGuard guard;
  guard.Open(kLease);
  guard.Answered();
  EXPECT_FALSE(guard.Holds(At(0)));
}

}  // namespace
}  // namespace rad
