#include "coordinator/straggler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rad {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StepCost, IsTheTimePerStepBetweenReports) {
  StepCost cost;
  cost.Observe(40, 0);  // resumed
  EXPECT_EQ(cost.seconds(), 0);
  cost.Observe(44, 2);
  EXPECT_DOUBLE_EQ(cost.seconds(), 0.5);
  cost.Observe(44, 2.3);  // the same step, told again
  EXPECT_DOUBLE_EQ(cost.seconds(), 0.5);
  cost.Observe(54, 7);
  EXPECT_DOUBLE_EQ(cost.seconds(), 0.5);
}

TEST(StepCost, TheRecentStepsDecide) {
  StepCost cost;
  cost.Observe(0, 0);
  cost.Observe(1000, 100);
  EXPECT_NEAR(cost.seconds(), 0.1, 1e-9);
  cost.Observe(1001, 101.1);
  EXPECT_LT(cost.seconds(), 0.3) << "one step tells little";
  cost.Observe(1141, 241.1);
  EXPECT_GT(cost.seconds(), 0.9);
}

TEST(StepCost, WorkerWithoutTheFieldHasNone) {
  StepCost cost;
  for (std::uint64_t step = 0; step < 5; ++step) cost.Observe(step, 0);
  EXPECT_EQ(cost.seconds(), 0);
}

TEST(StragglerScores, AreMeasuredByTheMedian) {
  EXPECT_THAT(StragglerScores({0.2, 0.1, 0.5}), ElementsAre(DoubleEq(1), DoubleEq(0.5), DoubleEq(2.5)));
  EXPECT_THAT(StragglerScores({0.4, 0.2}), ElementsAre(DoubleEq(2), DoubleEq(1))) << "the faster of two";
}

TEST(StragglerScores, WhatIsNotKnownIsLeftOut) {
  EXPECT_THAT(StragglerScores({0, 0.2, 0.4}), ElementsAre(0, DoubleEq(1), DoubleEq(2)));
  EXPECT_THAT(StragglerScores({0, 0}), ElementsAre(0, 0));
  EXPECT_THAT(StragglerScores({}), IsEmpty());
}

}  // namespace
}  // namespace rad
