#include "coordinator/head_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<RankedHead> Ranking() {
  std::vector<RankedHead> ranking;
  for (const HeadRef& head : {HeadRef{1, 2}, HeadRef{0, 3}, HeadRef{1, 0}, HeadRef{0, 0}, HeadRef{0, 1}}) {
    ranking.push_back({head, {}});
  }
  return ranking;
}

v1::Student Student(std::uint32_t budget, v1::Student::Placement placement, std::uint64_t seed = 1) {
  v1::Student student;
  student.set_head_budget(budget);
  student.set_placement(placement);
  student.set_seed(seed);
  return student;
}

TEST(HeadSelection, TopTakesTheBestSortedByPosition) {
  EXPECT_THAT(SelectHeads(Student(3, v1::Student::TOP), "spec.student", Ranking()).value(),
              ElementsAre(HeadRef{0, 3}, HeadRef{1, 0}, HeadRef{1, 2}));
  EXPECT_TRUE(SelectHeads(Student(0, v1::Student::TOP), "spec.student", Ranking()).value().empty());
}

TEST(HeadSelection, RandomDependsOnTheSeedAloneAndReachesEveryHead) {
  std::vector<RankedHead> reversed = Ranking();
  std::reverse(reversed.begin(), reversed.end());
  std::set<HeadRef> reached;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto drawn = SelectHeads(Student(2, v1::Student::RANDOM, seed), "s", Ranking()).value();
    EXPECT_EQ(drawn, SelectHeads(Student(2, v1::Student::RANDOM, seed), "s", reversed).value());
    EXPECT_EQ(std::set<HeadRef>(drawn.begin(), drawn.end()).size(), 2u);
    reached.insert(drawn.begin(), drawn.end());
  }
  EXPECT_EQ(reached.size(), 5u);
}

TEST(HeadSelection, ABudgetAboveTheNumberOfHeadsNamesTheField) {
  const absl::Status status =
      SelectHeads(Student(6, v1::Student::TOP), "spec.controls[1]", Ranking()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(status.message(), HasSubstr("spec.controls[1].head_budget is 6"));
  EXPECT_THAT(status.message(), HasSubstr("at most 5"));
}

}  // namespace
}  // namespace rad
