#include "worker/parallel/local_meeting_place.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rad {

absl::Status LocalMeetingPlace::Set(const std::string& key, const std::string& value) {
  absl::MutexLock lock(&mutex_);
  values_[key] = value;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> LocalMeetingPlace::Get(const std::vector<std::string>& keys,
                                                                absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto all_there = [&] {
    mutex_.AssertHeld();
    return std::all_of(keys.begin(), keys.end(),
                       [&](const std::string& key) { return values_.contains(key); });
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&all_there), timeout))
    return absl::DeadlineExceededError(
        absl::StrCat("no rank left a key within ", absl::FormatDuration(timeout)));
  std::vector<std::string> values;
  for (const std::string& key : keys) values.push_back(values_[key]);
  return values;
}

absl::StatusOr<std::int64_t> LocalMeetingPlace::Add(const std::string& key, std::int64_t amount) {
  absl::MutexLock lock(&mutex_);
  std::int64_t sum = 0;
  std::string& value = values_[key];
  if (!value.empty() && !absl::SimpleAtoi(value, &sum))
    return absl::InvalidArgumentError(absl::StrCat("key \"", key, "\" holds no number"));
  value = absl::StrCat(sum += amount);
  return sum;
}

absl::StatusOr<bool> LocalMeetingPlace::Delete(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  return values_.erase(key) > 0;
}

}  // namespace rad
