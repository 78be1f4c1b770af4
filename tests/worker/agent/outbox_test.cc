#include "worker/agent/outbox.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

v1::TaskFinished Report(const std::string& task_id, std::uint32_t attempt) {
  v1::TaskFinished report;
  report.mutable_fence()->set_task_id(task_id);
  report.mutable_fence()->set_attempt(attempt);
  return report;
}

TEST(OutboxTest, AReportStaysUntilItsOwnFenceIsAcknowledged) {
  Outbox outbox;
  outbox.Add(Report("a", 1));
  outbox.Add(Report("b", 1));
  EXPECT_FALSE(outbox.Acknowledge(Report("a", 2).fence()));
  EXPECT_TRUE(outbox.Holds(Report("a", 1).fence()));
  EXPECT_TRUE(outbox.Acknowledge(Report("a", 1).fence()));
  EXPECT_FALSE(outbox.Acknowledge(Report("a", 1).fence()));
  ASSERT_EQ(outbox.reports().size(), 1u);
  EXPECT_EQ(outbox.reports()[0].fence().task_id(), "b");
}

TEST(OutboxTest, AReportIsOverdueFromTheSecondHeartbeatOn) {
  Outbox outbox;
  outbox.Add(Report("a", 1));
  EXPECT_TRUE(outbox.Overdue().empty());
  outbox.Add(Report("b", 1));
  ASSERT_EQ(outbox.Overdue().size(), 1u);
  outbox.Acknowledge(Report("a", 1).fence());
  outbox.Add(Report("c", 1));
  const auto overdue = outbox.Overdue();
  ASSERT_EQ(overdue.size(), 1u);
  EXPECT_EQ(overdue[0].fence().task_id(), "b");
}

TEST(OutboxTest, WhatANewSessionWasToldIsNotToldAgainAtOnce) {
  Outbox outbox;
  outbox.Add(Report("a", 1));
  EXPECT_TRUE(outbox.Overdue().empty());
  EXPECT_EQ(outbox.Again().size(), 1u);
  EXPECT_TRUE(outbox.Overdue().empty());
  EXPECT_EQ(outbox.Overdue().size(), 1u);
}

}  // namespace
}  // namespace rad
