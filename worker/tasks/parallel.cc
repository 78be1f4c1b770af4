#include "worker/tasks/parallel.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rad {
namespace {

// Hands out indices until there are none or one has failed.
class Dispenser {
 public:
  explicit Dispenser(std::size_t count) : count_(count) {}

  bool Next(std::size_t& index) {
    absl::MutexLock lock(&mutex_);
    if (next_ == count_ || !error_.ok()) return false;
    index = next_++;
    return true;
  }
  void Record(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    error_.Update(status);
  }
  absl::Status error() {
    absl::MutexLock lock(&mutex_);
    return error_;
  }

 private:
  const std::size_t count_;
  absl::Mutex mutex_;
  std::size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::Status ForEachInParallel(std::size_t count, std::size_t threads,
                               const std::function<absl::Status(std::size_t)>& work) {
  Dispenser dispenser(count);
  std::vector<std::thread> pool;
  for (std::size_t i = 0; i < std::min(count, threads); ++i) {
    pool.emplace_back([&] {
      for (std::size_t index = 0; dispenser.Next(index);) dispenser.Record(work(index));
    });
  }
  for (std::thread& thread : pool) thread.join();
  return dispenser.error();
}

}  // namespace rad
