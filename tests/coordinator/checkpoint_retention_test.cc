#include "coordinator/checkpoint_retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Manifest At(std::uint64_t step, std::optional<double> loss = std::nullopt) {
  v1::Manifest manifest;
  manifest.set_artifact_id(absl::StrCat("at-", step));
  manifest.set_step(step);
  if (loss) manifest.set_loss(*loss);
  return manifest;
}

v1::Checkpoint Keep(std::uint32_t latest, bool best) {
  v1::Checkpoint rules;
  rules.set_keep_latest(latest);
  rules.set_keep_best(best);
  return rules;
}

TEST(CheckpointRetention, KeepsTheNewest) {
  const std::vector<v1::Manifest> all = {At(30), At(10), At(20), At(40)};
  EXPECT_THAT(SupersededCheckpoints(all, Keep(2, false)), ElementsAre("at-10", "at-20"));
  EXPECT_THAT(SupersededCheckpoints(all, Keep(4, false)), IsEmpty());
  EXPECT_THAT(SupersededCheckpoints(all, Keep(0, false)), ElementsAre("at-10", "at-20", "at-30"));
}

TEST(CheckpointRetention, AndTheBest) {
  const std::vector<v1::Manifest> all = {At(10, 3), At(20, 1), At(30, 2), At(40, 4)};
  EXPECT_THAT(SupersededCheckpoints(all, Keep(1, true)), ElementsAre("at-10", "at-30"));
  EXPECT_THAT(SupersededCheckpoints(all, Keep(1, false)), ElementsAre("at-10", "at-20", "at-30"));
  // The best among the newest needs no place of its own.
  EXPECT_THAT(SupersededCheckpoints({At(10, 3), At(20, 1)}, Keep(1, true)), ElementsAre("at-10"));
}

TEST(CheckpointRetention, OfEqualLossesTheNewestIsTheBest) {
  EXPECT_THAT(SupersededCheckpoints({At(10, 1), At(20, 1), At(30, 2)}, Keep(1, true)), ElementsAre("at-10"));
}

TEST(CheckpointRetention, WithoutALossNoneIsTheBest) {
  EXPECT_THAT(SupersededCheckpoints({At(10), At(20, std::nan("")), At(30, 2), At(40)}, Keep(1, true)),
              ElementsAre("at-10", "at-20"));
}

}  // namespace
}  // namespace rad
