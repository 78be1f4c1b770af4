#include "coordinator/retry_backoff.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

v1::Task TaskOf(const std::string& id, std::uint32_t attempt) {
  v1::Task task;
  task.set_task_id(id);
  task.set_attempt(attempt);
  return task;
}

TEST(RetryBackoff, DoublesUpToABound) {
  for (std::uint32_t failures = 1; failures < 50; ++failures) {
    const absl::Duration most = failures < 6 ? kFirstBackoff * (1 << (failures - 1)) : kLongestBackoff;
    const absl::Duration backoff = RetryBackoff(TaskOf("job-7.3", failures), failures);
    EXPECT_GE(backoff, most / 2) << failures;
    EXPECT_LE(backoff, most) << failures;
  }
}

TEST(RetryBackoff, IsTheSameForTheSameAttempt) {
  EXPECT_EQ(RetryBackoff(TaskOf("job-7.3", 2), 5), RetryBackoff(TaskOf("job-7.3", 2), 5));
  EXPECT_EQ(RetryBackoff(TaskOf("job-7.3", 2), 5), absl::Milliseconds(12'591)) << "in every process";
}

TEST(RetryBackoff, IsSpreadOverTasksAndAttempts) {
  std::set<absl::Duration> waits;
  absl::Duration sum;
  for (int task = 0; task < 100; ++task) {
    for (std::uint32_t attempt = 1; attempt <= 10; ++attempt) {
      const absl::Duration wait = RetryBackoff(TaskOf(absl::StrCat("job-1.", task), attempt), 5);
      waits.insert(wait);
      sum += wait;
    }
  }
  EXPECT_GT(waits.size(), 900u);
  EXPECT_NEAR(absl::ToDoubleSeconds(sum / 1000), 12, 0.3) << "the middle of 8 to 16";
}

}  // namespace
}  // namespace rad
