#include "worker/parallel/collective.h"

#include <gtest/gtest.h>

#include "tests/worker/parallel/run_ranks.h"

namespace rad {
namespace {

TEST(Collective, SumsToTheSameBitsOnEveryRank) {
  constexpr int kRanks = 3;
  std::vector<at::Tensor> values, sums(kRanks);
  for (int rank = 0; rank < kRanks; ++rank) values.push_back(at::randn({10'007}));
  RunRanks(kRanks, 1, [&](const GangSeat& seat) {
    const auto collective = Collective::Join(seat);
    at::Tensor& sum = sums[static_cast<std::size_t>(seat.rank)];
    sum = values[static_cast<std::size_t>(seat.rank)].clone();
    collective->Sum(sum);
  });
  EXPECT_TRUE(at::allclose(sums[0], values[0] + values[1] + values[2], 1e-5, 1e-6));
  for (const at::Tensor& sum : sums) EXPECT_TRUE(at::equal(sum, sums[0]));
}

TEST(Collective, KnowsHowLongItWaitedForAnother) {
  double waited[2];
  RunRanks(2, 1, [&](const GangSeat& seat) {
    const auto collective = Collective::Join(seat);
    collective->Sum(at::ones({1}));  // from here on they are in step
    const double before = collective->seconds_waited();
    if (seat.rank == 1) at::mm(at::ones({1500, 1500}), at::ones({1500, 1500}));
    collective->Sum(at::ones({1}));
    waited[seat.rank] = collective->seconds_waited() - before;
  });
  EXPECT_GT(waited[0], waited[1]);
  EXPECT_GT(waited[1], 0);
}

TEST(Collective, GivesAllRanksTheValuesOfOne) {
  std::vector<at::Tensor> values;
  for (int rank = 0; rank < 3; ++rank) values.push_back(at::full({5}, rank));
  RunRanks(3, 1, [&](const GangSeat& seat) {
    const auto collective = Collective::Join(seat);
    collective->StartBroadcast(values[static_cast<std::size_t>(seat.rank)], 1)->Wait();
    collective->Sum(at::ones({1}));  // nobody leaves before all have met
  });
  for (const at::Tensor& value : values) EXPECT_TRUE(at::equal(value, at::ones({5})));
}

TEST(Collective, SendsFromOneRankToAnother) {
  at::Tensor received = at::zeros({5});
  RunRanks(2, 1, [&](const GangSeat& seat) {
    const auto collective = Collective::Join(seat);
    if (seat.rank == 1) collective->Send(at::arange(5).to(at::kFloat), 0);
    if (seat.rank == 0) collective->Receive(received, 1);
    collective->Sum(at::ones({1}));  // nobody leaves before all have met
  });
  EXPECT_TRUE(at::equal(received, at::arange(5).to(at::kFloat)));
}

TEST(Collective, ARankThatLeavesEndsTheOthersWaiting) {
  std::string error;
  RunRanks(2, 1, [&](const GangSeat& seat) {
    try {
      const auto collective = Collective::Join(seat);
      if (seat.rank == 0) collective->Sum(at::ones({1000}));
    } catch (const PeerLost& lost) {
      if (seat.rank == 0) error = lost.what();
    }
  });
  EXPECT_NE(error.find("rank 0 of 2"), std::string::npos) << error;
}

// Refuses like a coordinator that has replaced the attempt.
class StaleMeetingPlace final : public MeetingPlace {
 public:
  absl::Status Set(const std::string&, const std::string&) override { return stale_; }
  absl::StatusOr<std::vector<std::string>> Get(const std::vector<std::string>&, absl::Duration) override {
    return stale_;
  }
  absl::StatusOr<std::int64_t> Add(const std::string&, std::int64_t) override { return stale_; }
  absl::StatusOr<bool> Delete(const std::string&) override { return stale_; }

 private:
  const absl::Status stale_ = absl::FailedPreconditionError("no longer the running one");
};

TEST(Collective, AStaleAttemptMeetsNobody) {
  StaleMeetingPlace meeting;
  try {
    Collective::Join({.rank = 1, .world_size = 2, .address = "127.0.0.1", .meeting = &meeting});
    FAIL() << "it met somebody";
  } catch (const PeerLost& lost) {
    EXPECT_NE(std::string(lost.what()).find("no longer the running one"), std::string::npos) << lost.what();
  }
}

}  // namespace
}  // namespace rad
