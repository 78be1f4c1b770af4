#include "coordinator/retry_backoff.h"

#include <algorithm>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// In [0, 1), the same in every process and on every machine.
double DrawFrom(const std::string& text) {
  std::seed_seq seed(text.begin(), text.end());
  return std::mt19937(seed)() / 0x1p32;
}

}  // namespace

absl::Duration RetryBackoff(const v1::Task& task, std::uint32_t failures) {
  const std::uint32_t doublings = std::min(std::max(failures, 1u) - 1, 5u);
  const absl::Duration most = std::min(kLongestBackoff, kFirstBackoff * (1 << doublings));
  const double drawn = DrawFrom(absl::StrCat(task.task_id(), " ", task.attempt()));
  return absl::Trunc(most / 2 * (1 + drawn), absl::Milliseconds(1));
}

}  // namespace rad
