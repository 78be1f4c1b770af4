// Thousands of faulty histories of the scheduler, each judged by the model.
#include "tests/simulation/history.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/simulation/simulation_form.h"

namespace rad {
namespace {

void Print(const Tally& tally) {
  for (const auto& [what, count] : tally) std::cout << "  " << count << " " << what << "\n";
}

void Add(const Tally& more, Tally& tally) {
  for (const auto& [what, count] : more) tally[what] += count;
}

TEST(HistoryTest, WhateverGoesWrongTheModelHolds) {
  const std::uint64_t first = FirstSeed();
  std::cout << Histories() << " histories from seed " << first << " on\n";
  Tally tally;
  for (std::uint64_t i = 0; i < Histories(); ++i) {
    const HistoryReport report = RunHistory(first + i, IsReplay());
    Add(report.tally, tally);
    for (const std::string& violation : report.violations)
      ADD_FAILURE() << violation << "\nplay it again with RAD_SIMULATION_SEED=" << first + i;
    if (HasFailure()) break;
  }
  Print(tally);
  if (HasFailure() || IsReplay()) return;
  // It cannot have passed by doing nothing.
  for (const char* what : {"deaths of the coordinator",
                           "deaths within a call",
                           "deaths of workers",
                           "farewells of workers",
                           "messages to workers lost",
                           "messages to the coordinator lost",
                           "messages after their stream's end",
                           "calls lost",
                           "answers lost",
                           "calls done twice",
                           "wires cut",
                           "disks full",
                           "wall clocks set",
                           "leases run out at workers",
                           "stale reports",
                           "artifacts refused",
                           "artifacts taken",
                           "gangs",
                           "preemptions",
                           "attempts that made room",
                           "borrowed starts",
                           "requests sent again",
                           "cancelled",
                           "drained",
                           "quotas changed",
                           "results taken",
                           "sweeps",
                           "results of attempts that outlived a coordinator",
                           "jobs SUCCEEDED",
                           "jobs FAILED",
                           "jobs CANCELLED"}) {
    EXPECT_GT(tally[what], 0u) << "no " << what;
  }
}

TEST(HistoryTest, EqualSeedsGiveEqualHistories) {
  const std::uint64_t seed = FirstSeed();
  const HistoryReport one = RunHistory(seed, false), other = RunHistory(seed, false);
  EXPECT_EQ(one.length, other.length) << "RAD_SIMULATION_SEED=" << seed;
  EXPECT_EQ(one.tally, other.tally) << "RAD_SIMULATION_SEED=" << seed;
}

}  // namespace
}  // namespace rad
