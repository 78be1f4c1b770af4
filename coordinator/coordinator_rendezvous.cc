// Where the ranks of a running attempt leave what the others need to find them. It is kept in memory, with
// the attempt, and ends with it: ranks of an older one are refused, also while they wait.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"

namespace rad {
namespace {

constexpr std::size_t kMaxMeetingBytes =
    16 << 20;  // 1024 ranks that each leave an address for each other take 8 MB

std::size_t BytesOf(const std::map<std::string, std::string>& values) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : values) bytes += key.size() + value.size();
  return bytes;
}

bool HasAll(const std::map<std::string, std::string>& values, const std::vector<std::string>& keys) {
  return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) { return values.contains(key); });
}

}  // namespace

absl::StatusOr<LiveTask*> Coordinator::Meeting(const v1::Fence& fence) {
  if (FindSeat(fence) == nullptr) return StaleFence(fence);
  return &tasks_[fence.task_id()];
}

absl::Status Coordinator::SetKey(const v1::Fence& fence, const std::string& key, const std::string& value) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<LiveTask*> live = Meeting(fence);
  if (!live.ok()) return live.status();
  if (BytesOf((*live)->rendezvous) + key.size() + value.size() > kMaxMeetingBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the keys of task ", fence.task_id(), " would exceed ", kMaxMeetingBytes, " bytes"));
  }
  (*live)->rendezvous[key] = value;
  rendezvous_changed_.SignalAll();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Coordinator::GetKeys(const v1::Fence& fence,
                                                              const std::vector<std::string>& keys,
                                                              absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    absl::StatusOr<LiveTask*> live = Meeting(fence);
    if (!live.ok()) return live.status();
    std::map<std::string, std::string>& values = (*live)->rendezvous;
    if (HasAll(values, keys)) {
      std::vector<std::string> found;
      for (const std::string& key : keys) found.push_back(values[key]);
      return found;
    }
    if (rendezvous_changed_.WaitWithDeadline(&mutex_, deadline)) return std::vector<std::string>();
  }
  return Stopping();
}

absl::StatusOr<std::int64_t> Coordinator::AddToKey(const v1::Fence& fence, const std::string& key,
                                                   std::int64_t amount) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<LiveTask*> live = Meeting(fence);
  if (!live.ok()) return live.status();
  std::string& value = (*live)->rendezvous[key];
  std::int64_t sum = 0;
  if (!value.empty() && !absl::SimpleAtoi(value, &sum)) {
    return absl::InvalidArgumentError(absl::StrCat("key \"", key, "\" holds no number"));
  }
  value = absl::StrCat(sum += amount);
  rendezvous_changed_.SignalAll();
  return sum;
}

absl::StatusOr<bool> Coordinator::DeleteKey(const v1::Fence& fence, const std::string& key) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<LiveTask*> live = Meeting(fence);
  if (!live.ok()) return live.status();
  return (*live)->rendezvous.erase(key) > 0;
}

}  // namespace rad
